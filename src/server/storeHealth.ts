import { ResilientSocketError } from "../core/errors.ts";
import type { Clock } from "../core/ports.ts";
import type { LogStore } from "./store/LogStore.ts";
import { settlesWithin } from "./settlesWithin.ts";
import { singleFlight } from "./singleFlight.ts";

/** Whether the store takes what it is given; what readiness says. */
export interface StoreHealth {
  /** Writes, and remembers how that ended. */
  readonly watch: <T>(write: () => Promise<T>) => Promise<T>;
  /** Reads the store once for all who ask at the same time. Never rejects. */
  readonly isWell: () => Promise<boolean>;
}

/** A store that does not answer in this time is no help. */
const READ_MS = 1000;
const WRITE_MS = 5000;
/** After a failed write with no later one that went well, whoever is sent here finds out whether the next does. */
const FAILED_FOR_MS = 10_000;
/** Reading what nobody has written leaves nothing behind. */
const NO_CHANNEL = "resilient-socket/ready";

export function createStoreHealth(
  store: Pick<LogStore, "head">,
  ready: () => Promise<void>,
  clock: Clock,
): StoreHealth {
  const begun = new Map<object, number>();
  let failedAtMs = -Infinity;

  const isWriting = (): boolean => {
    const [oldestMs = Infinity] = begun.values();
    const nowMs = clock.nowMs();
    return nowMs - oldestMs < WRITE_MS && nowMs - failedAtMs >= FAILED_FOR_MS;
  };
  const isReading = singleFlight(async (channel: string) => {
    const read = ready().then(() => store.head(channel));
    return (await settlesWithin(clock, READ_MS, read)) !== undefined;
  });

  return {
    watch: async (write) => {
      const writing = {};
      begun.set(writing, clock.nowMs());
      try {
        const answer = await write();
        failedAtMs = -Infinity;
        return answer;
      } catch (error) {
        failedAtMs = isAnswer(error) ? -Infinity : clock.nowMs();
        throw error;
      } finally {
        begun.delete(writing);
      }
    },
    isWell: async () => {
      try {
        return (await isReading(NO_CHANNEL)) && isWriting();
      } catch {
        return false;
      }
    },
  };
}

/** A store that refuses a key works. */
const isAnswer = (error: unknown): boolean =>
  error instanceof ResilientSocketError && error.code === "KEY_REUSED";
