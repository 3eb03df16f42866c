import { MAX_CHUNK_BYTES } from "../protocol/limits.ts";
import type { LogEvent } from "./store/LogStore.ts";

/** The payload is JSON text already: it is spliced in, never parsed. Tails are text that needs no escaping. */
function eventText(event: LogEvent, isOwn: boolean): string {
  const { seq, tail, prev, lam, d } = event;
  const own = isOwn ? ownText(event) : "";
  return `{"seq":${seq},"tail":"${tail}","prev":"${prev}","lam":${lam},"d":${d}${own}}`;
}

const ownText = ({ id, p }: LogEvent): string =>
  (id === undefined ? "" : `,"id":${JSON.stringify(id)}`) +
  (p === undefined ? "" : `,"own":${JSON.stringify(p)}`);

/** Texts of WireEvents as `subject` may see them, in groups of at most one chunk each. `id` and `own` are the sender's alone. */
export function eventGroups(
  events: readonly LogEvent[],
  subject: string,
  chunkBytes = MAX_CHUNK_BYTES,
): readonly EventGroup[] {
  const groups: EventGroup[] = [];
  let open: string[] = [];
  let length = 0;
  let last: LogEvent | undefined;
  const seal = () => {
    if (last) groups.push({ text: open.join(","), last });
    open = [];
    length = 0;
  };
  for (const event of events) {
    const text = eventText(event, event.subject !== undefined && event.subject === subject);
    if (length > 0 && length + text.length > chunkBytes) seal();
    open.push(text);
    length += text.length;
    last = event;
  }
  seal();
  return groups;
}

export interface EventGroup {
  /** WireEvents, comma-separated. */
  readonly text: string;
  readonly last: LogEvent;
}

export function dataFrames(name: string, events: readonly LogEvent[], subject: string): readonly string[] {
  const c = JSON.stringify(name);
  return eventGroups(events, subject).map(({ text }) => `{"t":"data","c":${c},"ev":[${text}]}`);
}

export interface DeltaText {
  readonly c: string;
  readonly epoch: string;
  /** Seq of the place the first event follows. */
  readonly from: number;
  /** Seq of the last event. */
  readonly to: number;
  /** WireEvents, comma-separated. */
  readonly events: string;
  readonly more: boolean;
  readonly rid?: number;
  readonly asked?: number;
}

export function deltaFrame({ c, epoch, from, to, events, more, rid, asked }: DeltaText): string {
  const reply = rid === undefined ? "" : `,"rid":${rid}` + (asked === undefined ? "" : `,"asked":${asked}`);
  const place = `"c":${JSON.stringify(c)},"epoch":${JSON.stringify(epoch)},"from":${from},"to":${to}`;
  return `{"t":"delta",${place},"ev":[${events}],"more":${more}${reply}}`;
}
