import type { Json } from "../protocol/frames.ts";

/** What `filter` is asked about: an event of the log, or a volatile message. */
export interface FilterEvent {
  /** Its place in the channel; undefined for a volatile message, which has none. */
  readonly seq: number | undefined;
  /** As stored. One object for all subjects: do not change it. */
  readonly payload: Json;
  /** Who sent it; undefined for what the server published. */
  readonly subject: string | undefined;
}

/** What `filter` is asked: may this subject see this event? */
export interface FilterRequest {
  /** Who would see it. */
  readonly subject: string;
  readonly channel: string;
  readonly event: FilterEvent;
}

/** Shows an event to a subject: only `true` does; a throw, and a promise, hide it. */
export type Filter = (request: FilterRequest) => boolean;
