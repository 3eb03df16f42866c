import { MAX_CHUNK_BYTES } from "../protocol/limits.ts";
import type { Look } from "./sight.ts";
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

/** Consecutive events that a subject may not see, as one element: `prev` is the first one's, so that the chain holds (P7.8). */
const hiddenText = (first: LogEvent, { seq, tail, lam }: LogEvent): string =>
  `{"seq":${seq},"tail":"${tail}","prev":"${first.prev}","lam":${lam},"hid":${seq - first.seq + 1}}`;

/** Texts of WireEvents, each as its look says, in groups of at most one chunk. `looks` has one for each event. */
export function eventGroups(
  events: readonly LogEvent[],
  looks: readonly Look[],
  chunkBytes = MAX_CHUNK_BYTES,
): readonly EventGroup[] {
  const groups: EventGroup[] = [];
  let open: string[] = [];
  let length = 0;
  let last: LogEvent | undefined;
  const seal = () => {
    if (last && length > 0) groups.push({ text: open.join(","), last });
    open = [];
    length = 0;
  };
  const add = (text: string, event: LogEvent) => {
    if (length > 0 && length + text.length > chunkBytes) seal();
    open.push(text);
    length += text.length;
    last = event;
  };
  let firstHidden: LogEvent | undefined;
  events.forEach((event, i) => {
    const look = looks[i];
    if (look === "hidden") {
      firstHidden ??= event;
      if (looks[i + 1] === "hidden") return;
      add(hiddenText(firstHidden, event), event);
      firstHidden = undefined;
    } else add(eventText(event, look === "own"), event);
  });
  seal();
  return groups;
}

export interface EventGroup {
  /** WireEvents, comma-separated. */
  readonly text: string;
  readonly last: LogEvent;
}

export function dataFrames(
  name: string,
  events: readonly LogEvent[],
  looks: readonly Look[],
): readonly string[] {
  const c = JSON.stringify(name);
  return eventGroups(events, looks).map(({ text }) => `{"t":"data","c":${c},"ev":[${text}]}`);
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
