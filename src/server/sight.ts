import { ResilientSocketError } from "../core/errors.ts";
import { metricNames } from "../telemetry/metricNames.ts";
import type { Clock } from "../core/ports.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { describeError } from "../core/describeError.ts";
import { isPromise } from "./isPromise.ts";
import type { Filter, FilterEvent } from "./filter.ts";
import type { LogEvent } from "./store/LogStore.ts";

/** How a subject sees an event: as its sender, with `id` and producer; as everybody; or not at all. */
export type Look = "own" | "plain" | "hidden";

/** The one place that asks `filter`: what is sent live, replayed, read and volatile passes here. */
export interface Sight {
  /** False: subjects differ only in what they sent themselves. */
  readonly isFiltered: boolean;
  readonly looks: (subject: string, events: readonly LogEvent[]) => readonly Look[];
  /** Whether a subject may see this volatile message; asked once per subject. */
  readonly volatile: (
    channel: string,
    message: Pick<FilterEvent, "payload" | "subject">,
  ) => (subject: string) => boolean;
}

export interface SightOptions {
  readonly clock: Pick<Clock, "nowMs">;
  readonly metrics: Pick<Metrics, "count">;
  readonly log: Log;
  readonly filter: Filter | undefined;
}

/** Payload text whose parsed form is kept, twice over; who comes back asks for the newest. UTF-16 units. */
const MAX_PARSED_LENGTH = 4 * 1024 * 1024;
/** A filter that fails for one event fails for all who would see it: one line tells as much as thousands. */
const QUIET_MS = 1000;

/** Only `true` shows; a filter that throws, or answers a promise, hides. */
export function createSight({ filter, clock, metrics, log }: SightOptions): Sight {
  if (filter === undefined) return unfiltered;
  if (typeof filter !== "function")
    throw new ResilientSocketError("INVALID_OPTION", "filter must be a function");
  const parsed = createParsed();
  let quietUntilMs = -Infinity;

  const failed = (channel: string, error: unknown) => {
    metrics.count(metricNames.filterFailures);
    if (clock.nowMs() < quietUntilMs) return;
    quietUntilMs = clock.nowMs() + QUIET_MS;
    log("error", "FILTER_FAILED", { channel, error: describeError(error) });
  };

  const shows = (subject: string, channel: string, event: () => FilterEvent): boolean => {
    try {
      const answer: unknown = filter({ subject, channel, event: event() });
      if (!isPromise(answer)) return answer === true;
      // Nobody waits for it, and a rejection nobody hears would end the process.
      void Promise.resolve(answer).catch(() => {});
      failed(channel, new TypeError("filter answered a promise"));
    } catch (error) {
      failed(channel, error);
    }
    return false;
  };

  return {
    isFiltered: true,
    looks: (subject, events) =>
      events.map((event) =>
        shows(subject, event.channel, () => parsed(event)) ? lookOf(subject, event) : "hidden",
      ),
    volatile: (channel, message) => {
      const answers = new Map<string, boolean>();
      const event = { ...message, seq: undefined };
      return (subject) => {
        let answer = answers.get(subject);
        if (answer === undefined) answers.set(subject, (answer = shows(subject, channel, () => event)));
        return answer;
      };
    },
  };
}

const lookOf = (subject: string, event: LogEvent): Look =>
  event.subject !== undefined && event.subject === subject ? "own" : "plain";

/** Without a filter. */
export const unfiltered: Sight = {
  isFiltered: false,
  looks: (subject, events) => events.map((event) => lookOf(subject, event)),
  volatile: () => () => true,
};

/** Parses an event once for all who are asked about it, as long as it is among the newest. */
function createParsed(): (event: LogEvent) => FilterEvent {
  let young = new Map<LogEvent, FilterEvent>();
  let old = young;
  let length = 0;
  return (event) => {
    const known = young.get(event) ?? old.get(event);
    if (known) return known;
    const { seq, d, subject } = event;
    const fresh = { seq, payload: JSON.parse(d) as unknown, subject };
    if ((length += d.length) > MAX_PARSED_LENGTH) {
      old = young;
      young = new Map();
      length = d.length;
    }
    young.set(event, fresh);
    return fresh;
  };
}
