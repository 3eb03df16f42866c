/** What pages left that are gone, and what this one leaves: whoever leads, or leads next, has it sent. */
import type { Clock } from "../../core/ports.ts";
import { type Bequest, type BequestHost, createBequest, mayKeep } from "../outbox/bequest.ts";
import type { Standing } from "./standing.ts";
import type { Own, Will } from "./tabMessage.ts";

export interface WillsHost {
  readonly clock: Pick<Clock, "nowMs">;
  /** Undefined: what this page sends is stored. */
  readonly estate: () => BequestHost | undefined;
  readonly standing: Pick<Standing, "isLeading" | "leader">;
  readonly post: (will: Own<Will>) => void;
  /** A tab that follows numbers with it, and sends its own; another than this one, which said that it goes. */
  readonly isHere: (producer: string, besides: string) => boolean;
  readonly senseless: () => void;
  /** There is no room for what a page left. */
  readonly dropped: () => void;
}

export interface Wills extends Pick<Bequest, "giveBack" | "feed"> {
  readonly hear: (will: Will) => void;
  /** This page goes, with all it has; or its app wants no connection: then what is its own waits. */
  readonly leave: (isAll: boolean) => void;
  /** This tab leads: what waits is its to send. */
  readonly execute: () => void;
  /** Another one leads, and may not have been there to hear them. */
  readonly pass: (to: string) => void;
}

/** How long a leader may be dead before it is missed, in ms: hung, in the eyes of a page that is busy. */
const unnoticedMs = 10_000;

export const createWills = (host: WillsHost): Wills => {
  const { clock, standing, post, isHere, senseless, dropped } = host;
  let kept: { readonly will: Will; readonly untilMs: number }[] = [];
  let made: Bequest | undefined;
  const bequest = (): Bequest | undefined => {
    const estate = host.estate();
    return estate && (made ??= createBequest(estate));
  };
  const inherit = ({ from, left }: Will): void => {
    try {
      bequest()?.inherit({ ...left, producers: left.producers.filter(({ p }) => !isHere(p, from)) });
    } catch {
      // Whoever wrote it: it must not keep this tab from leading.
      senseless();
    }
  };
  const waiting = (): Will[] => {
    kept = kept.filter(({ untilMs }) => untilMs > clock.nowMs());
    return kept.map(({ will }) => will);
  };
  const takeOut = (): Will[] => {
    const all = waiting();
    kept = [];
    return all;
  };
  return {
    feed: () => made?.feed(),
    giveBack: (producers) => made?.giveBack(producers),
    hear: (will) => {
      const leader = standing.leader();
      if (standing.isLeading()) return inherit(will);
      // Another leader has heard it too, if it lives.
      const isHeard = leader !== null && leader !== will.from;
      const others = waiting().map(({ left }) => left);
      if (mayKeep(will.left, others))
        kept.push({ will, untilMs: isHeard ? clock.nowMs() + unnoticedMs : Infinity });
      else if (!isHeard) dropped();
    },
    leave: (isAll) => {
      const left = bequest()?.leave(isAll);
      if (left) post({ t: "will", left });
    },
    execute: () => takeOut().forEach(inherit),
    pass: (to) => {
      for (const { left } of takeOut()) post({ t: "will", to, left });
    },
  };
};
