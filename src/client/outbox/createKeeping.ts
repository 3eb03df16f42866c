import { ResilientSocketError } from "../../core/errors.ts";
import type { Sensors } from "../../core/ports.ts";
import type { QueueState } from "../../core/queueState.ts";
import { fnv1a } from "../tabs/groupKey.ts";
import type { Keeper, KeeperHost, OutboxStorageFeature } from "./keeper.ts";
import { within } from "./within.ts";

export interface KeepingHost extends Omit<KeeperHost, "failed"> {
  readonly sensors: Sensors | undefined;
  /** Why messages stay in memory although a storage was given. */
  readonly obstacle: string | undefined;
  /** Withdraws everything. */
  readonly withdrawAll: () => void;
}

/** The outbox's side of its storage: loads it when it is first used, and goes on without it where there is none. */
export interface Keeping extends Pick<Keeper, "flush" | "signedIn" | "purge" | "stores"> {
  readonly durability: () => QueueState["durability"];
  /** The outbox is used; no-op when it is already. */
  readonly open: () => void;
  /** Adopts what dead pages left, if it `may`; ms until the next look, Infinity without one. */
  readonly look: (may: boolean) => number;
  /** Nobody uses it any more: once the rest is written, other pages may send what is stored. Undefined: they may already. */
  readonly end: () => Promise<void> | undefined;
}

/** How long its code may take to come, in ms, before messages are sent without it. */
const loadWithinMs = 5_000;
const lookEveryMs = 10_000;
/** A storage that was busy, or not there, is asked for again after this time, in ms. */
const retryEveryMs = 60_000;

export const createKeeping = (storage: OutboxStorageFeature | undefined, host: KeepingHost): Keeping => {
  const { clock, emitter, outbox, sensors } = host;
  let keeper: Keeper | undefined;
  let loading: Promise<void> | undefined;
  let subject: string | undefined;
  let isUsed = false;
  let isSuspended = false;
  let deafen: (() => void) | undefined;
  let lookedAtMs = -Infinity;
  /** When messages had to live in memory, for the last time; Infinity while what was asked for may still come. */
  let missedAtMs: number | undefined;

  const tell = (code: "STORAGE_UNAVAILABLE" | "STORAGE_LOST", text: string, cause: unknown): void => {
    emitter.emit("error", new ResilientSocketError(code, text, cause));
    host.touch();
  };
  /** In memory, then. */
  const openGates = (): void => {
    outbox.gated = false;
    outbox.reserve(false);
    for (const lane of outbox.lanes) lane.cleared = Infinity;
    host.touch();
  };
  const unavailable = (cause: unknown): void => {
    openGates();
    tell("STORAGE_UNAVAILABLE", "messages cannot be stored: they live in memory", cause);
  };

  const load = async (): Promise<void> => {
    if (!storage) return;
    if (host.obstacle) return emitter.emit("anomaly", { kind: host.obstacle });
    const coming = storage({
      ...host,
      failed: (cause) =>
        tell("STORAGE_LOST", "messages cannot be stored any more: they live in memory", cause),
    });
    try {
      const come = await within(clock, loadWithinMs, coming);
      if (subject !== undefined) come.signedIn(subject);
      // It may be lost by now.
      outbox.gated = come.isDurable();
      keeper = come;
      heed();
      host.touch();
    } catch (error) {
      // One that comes, or gives up, after all, when a page wakes up, must not hold back what lives in memory by now.
      if (missedAtMs === undefined) unavailable(error);
      missedAtMs = Infinity;
      const over = (): void => {
        openGates();
        missedAtMs = clock.nowMs();
      };
      void coming.then((late) => late.discard()).then(over, over);
    }
  };

  const heed = (): void => {
    if (isUsed && !isSuspended) void keeper?.restore();
    else keeper?.suspend();
  };

  const open = (): void => {
    if (isUsed) return;
    isUsed = true;
    // Until it is known what earlier pages of this tab left.
    if (outbox.gated && !keeper) outbox.reserve(!!host.boots?.read(fnv1a(host.scope)).length);
    deafen ??=
      storage &&
      sensors?.listen((hint) => {
        if (hint !== "suspended" && hint !== "restored") return;
        isSuspended = hint === "suspended";
        heed();
      });
    heed();
    loading ??= load();
  };

  return {
    durability: () => (keeper?.isDurable() ? "indexeddb" : "memory"),
    open,
    flush: () => keeper?.flush(),
    signedIn: (now) => {
      subject = now;
      keeper?.signedIn(now);
    },
    look: (may) => {
      if (!storage || host.obstacle) return Infinity;
      const leftMs = lookedAtMs + lookEveryMs - clock.nowMs();
      if (leftMs > 0) return leftMs;
      lookedAtMs = clock.nowMs();
      if (!keeper && missedAtMs !== undefined && clock.nowMs() - missedAtMs >= retryEveryMs) loading = load();
      if (may) void keeper?.adopt();
      return lookEveryMs;
    },
    purge: async () => {
      if (!storage) return;
      open();
      await loading;
      host.withdrawAll();
      await keeper?.purge();
    },
    stores: (row) => keeper?.stores(row) ?? false,
    end: () => {
      isUsed = false;
      const rest = (): void => {
        if (isUsed) return;
        deafen?.();
        deafen = undefined;
        // Nobody will tell when the page comes back; whoever uses it then runs.
        isSuspended = false;
        heed();
      };
      if (keeper) return keeper.written().then(rest);
      rest();
      return undefined;
    },
  };
};
