import type { Clock } from "../core/ports.ts";
import type { Cursor, Json } from "../protocol/frames.ts";
import { metricNames } from "../telemetry/metricNames.ts";
import type { Filter } from "./filter.ts";
import type { Metrics } from "./metrics.ts";
import { settlesWithin } from "./settlesWithin.ts";
import { singleFlight } from "./singleFlight.ts";
import { createTurnstile } from "./turnstile.ts";

/** The state of a channel as of `cursor`, for who is too far behind. `subject` is given only beside a `filter`. A rejection is told `lost`. */
export type Snapshot = (
  channel: string,
  subject: string | undefined,
) => Promise<{ readonly state: Json; readonly cursor: Cursor }>;

/** The state of a channel as JSON text, and where it stands; undefined when too many wait for states. Rejects as the app's source does. */
export type SnapshotSource = (
  channel: string,
  subject: string,
) => Promise<{ readonly text: string; readonly cursor: Cursor } | undefined>;

export interface SnapshotSourceOptions {
  readonly snapshot: Snapshot;
  /** With one, what a subject may see is its own: a state is shared by the sockets of a subject only. */
  readonly filter: Filter | undefined;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, "gauge">;
  /** States the app is asked for at a time. */
  readonly concurrent: number;
}

/** A source that does not answer in this time is asked anew. */
const ANSWER_MS = 30_000;
/** Shorter than the time a channel has for its verdict: a client is told to come again rather than nothing. */
const WAIT_MS = 4000;
const MAX_WAITING = 1000;

/** The app's source, asked once by all who want the same state at the same time, and for few states at a time. */
export function createSnapshotSource(options: SnapshotSourceOptions): SnapshotSource {
  const { snapshot, filter, clock, metrics, concurrent } = options;
  const turnstile = createTurnstile({
    clock,
    places: concurrent,
    maxWaiting: MAX_WAITING,
    maxWaitMs: WAIT_MS,
  });
  metrics.gauge(metricNames.snapshotsWaiting, turnstile.waiting);

  const take = async (channel: string, subject: string) => {
    const leave = await turnstile.enter();
    if (!leave) return undefined;
    try {
      const answer = await settlesWithin(clock, ANSWER_MS, snapshot(channel, filter && subject));
      if (!answer) throw new Error("the snapshot source did not answer");
      const { state, cursor } = answer;
      return { text: JSON.stringify(state) ?? "null", cursor };
    } finally {
      leave();
    }
  };
  return singleFlight(take, (channel, subject) => (filter ? JSON.stringify([channel, subject]) : channel));
}
