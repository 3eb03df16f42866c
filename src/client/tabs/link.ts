/** A follower's way to the server: through the leader. To the session it is a wire like any other. */
import type { Clock, RawData } from "../../core/ports.ts";
import type { ServerFrame } from "../../protocol/frames.ts";
import type { Session } from "../resilient/session.ts";
import type { Wire } from "../resilient/wire.ts";
import { isChannelFrame, sizeOf } from "./member.ts";
import type { Talk } from "./talk.ts";
import type { DownItem, UpItem } from "./tabMessage.ts";

/** What a follower's protocol hears of the leader's connection. */
export interface LinkedSession extends Pick<
  Session,
  "setLimits" | "welcomed" | "isDone" | "pump" | "hear" | "discard" | "tooLarge" | "closed"
> {
  readonly resume: (fits: () => boolean) => unknown;
  /** Of a protocol without sessions. */
  readonly received?: ((data: RawData) => void) | undefined;
}

export interface LinkHost {
  readonly clock: Clock;
  /** To the leader. */
  readonly say: Talk["say"];
  readonly producers: () => Iterable<string>;
  readonly session: () => LinkedSession;
  /** Until every channel has a verdict; then the others go on, in ms. */
  readonly resumeMs: number;
  /** The leader may be dead: an answer is overdue, or something waits for it. */
  readonly press: () => void;
  /** The session learnt where it stands. */
  readonly done: () => void;
}

export interface Link extends Omit<Wire, "transmit"> {
  readonly transmit: (data: RawData) => boolean;
  /** Calls back when what was transmitted so far has left this browser; never, when the leader's connection ends before. */
  readonly onceTaken: (then: () => void) => void;
  /** Another leads now, or nobody. */
  readonly detach: () => void;
  readonly heard: (item: DownItem) => void;
  readonly isDone: () => boolean;
}

/** A message on the bus: items at most, characters at most. */
const maxItems = 100;
const maxLength = 65_536;

export const sessionHears = (session: Pick<Session, "hear" | "discard">, frame: ServerFrame): void => {
  if (frame.t === "error" && frame.code === "INVALID_SEQ") session.discard(frame.ref ?? "");
  else session.hear[frame.t]?.(frame as never);
};

export const createLink = ({ clock, say, producers, session, resumeMs, press, done }: LinkHost): Link => {
  /** Of the leader's present connection; undefined: it has none. */
  let era: number | undefined;
  let isDone = false;
  let cancelDeadline: (() => void) | undefined;
  let items: UpItem[] = [];
  let length = 0;
  let posted = 0;
  let taken = 0;
  const waiting = new Map<number, (() => void)[]>();

  const flush = (): void => {
    if (items.length && era !== undefined) say({ t: "up", era, producers: [...producers()], items });
    items = [];
    length = 0;
  };
  const add = (item: UpItem): boolean => {
    if (era === undefined) return false;
    if (!items.length) clock.soon(flush);
    items.push(item);
    if (!isChannelFrame(item)) {
      length += sizeOf(item);
      posted += sizeOf(item);
    }
    if (items.length >= maxItems || length >= maxLength) flush();
    press();
    return true;
  };
  const close = (): void => {
    if (era === undefined) return;
    cancelDeadline?.();
    era = undefined;
    isDone = false;
    waiting.clear();
    items = [];
    length = 0;
    session().closed();
  };

  const finish = (): void => {
    cancelDeadline?.();
    if (isDone) return;
    isDone = true;
    done();
  };

  return {
    transmit: add,
    ask: add,
    bufferedBytes: () => posted - taken,
    onceTaken: (then) => waiting.set(posted, [...(waiting.get(posted) ?? []), then]),
    isOpen: () => era !== undefined,
    probe: press,
    isDone: () => isDone,
    detach: close,
    heard: (item) => {
      switch (item.is) {
        case "open": {
          close();
          ({ era } = item);
          posted = taken = 0;
          const own = session();
          own.setLimits(item.limits);
          // Nothing fits into a `resume` that another tab has sent: all of it is asked now.
          own.resume(() => false);
          own.welcomed([]);
          cancelDeadline = clock.after(resumeMs, finish);
          break;
        }
        case "closed":
          close();
          break;
        case "large":
          session().tooLarge();
          break;
        case "taken":
          taken = item.length;
          for (const [length, then] of waiting) {
            if (length > taken) break;
            waiting.delete(length);
            then.forEach((call) => call());
          }
          break;
        case "raw":
          if (era !== undefined) session().received?.(item.data);
          break;
        case "frame":
          if (era !== undefined) sessionHears(session(), item.frame);
          break;
        default:
      }
      if (!isDone && era !== undefined && session().isDone()) finish();
    },
  };
};
