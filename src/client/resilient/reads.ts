/** Questions that disturb no subscription: `read` and its answers. PROTOCOL.md §8. */
import type { ClientFrame, FrameOf } from "../../protocol/frames.ts";
import type { ProtocolHost } from "../protocol.ts";
import { patience, type Wire } from "./wire.ts";

export type ReadAsk = Omit<FrameOf<"read", ClientFrame>, "t" | "rid" | "c">;

/** One question. A break in its midst asks it anew, so the answer may begin more than once. */
export interface Read {
  readonly c: string;
  /** What to ask by now; undefined: nothing any more. */
  readonly ask: () => ReadAsk | undefined;
  readonly events: (frame: FrameOf<"delta">) => void;
  readonly snapshot?: (frame: FrameOf<"snapshot">) => void;
  /** The answer is complete. */
  readonly done: () => void;
  /** `DENIED`, or `LOST`. */
  readonly refused: (code: string, reason: string | undefined) => void;
}

export interface Reads {
  /** Asks as soon as there is a connection, after those that came before. */
  readonly add: (read: Read, delayMs?: number) => void;
  /** Whatever is still answered is not heard. */
  readonly remove: (read: Read) => void;
  /** In `connected`: transmits what may go. */
  readonly pump: () => void;
  /** The socket is gone: what was not answered is asked again. */
  readonly reset: () => void;
  readonly delta: (frame: FrameOf<"delta">) => void;
  readonly snapshot: (frame: FrameOf<"snapshot">) => void;
  readonly refused: (frame: FrameOf<"error">) => void;
}

/** Unanswered at a time: a server answers one after the other. */
const maxAsked = 4;

export const createReads = (
  host: Pick<ProtocolHost, "clock" | "state" | "upkeepIn">,
  transmit: Wire["ask"],
): Reads => {
  const { clock } = host;
  /** Until when each has to wait. */
  const waiting = new Map<Read, number>();
  const asked = new Map<number, Read>();
  let lastRid = 0;

  const pump = (): void => {
    if (host.state() !== "connected") return;
    for (const [read, fromMs] of waiting) {
      const leftMs = fromMs - clock.nowMs();
      if (leftMs > 0) {
        host.upkeepIn(leftMs);
        continue;
      }
      if (asked.size >= maxAsked) return;
      waiting.delete(read);
      const ask = read.ask();
      if (!ask) continue;
      asked.set(++lastRid, read);
      if (transmit({ t: "read", rid: lastRid, c: read.c, ...ask })) continue;
      asked.delete(lastRid);
      waiting.set(read, 0);
      return;
    }
  };
  const add: Reads["add"] = (read, delayMs = 0) => {
    waiting.set(read, clock.nowMs() + delayMs);
    pump();
  };

  return {
    add,
    pump,
    remove: (read) => {
      waiting.delete(read);
      for (const [rid, one] of asked) if (one === read) asked.delete(rid);
    },
    reset: () => {
      for (const read of asked.values()) waiting.set(read, 0);
      asked.clear();
    },
    delta: (frame) => {
      const { rid = 0, more } = frame;
      const read = asked.get(rid);
      read?.events(frame);
      // A handler may have ended the connection: then it is asked again.
      if (more || !asked.delete(rid)) return;
      read?.done();
      pump();
    },
    snapshot: (frame) => asked.get(frame.rid ?? 0)?.snapshot?.(frame),
    refused: ({ ref, code, reason, retryAfterMs }) => {
      const rid = Number(ref);
      const read = asked.get(rid);
      if (!read) return;
      asked.delete(rid);
      if (retryAfterMs === undefined) read.refused(code, reason);
      else add(read, patience(retryAfterMs));
      pump();
    },
  };
};
