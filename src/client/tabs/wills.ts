/** What pages left that are gone, and what this one leaves: whoever leads, or leads next, has it sent. */
import type { StoredOutbox } from "../../core/ports/outboxStorage.ts";
import { type Bequest, mayKeep } from "../outbox/bequest.ts";
import type { Standing } from "./standing.ts";
import type { Own, Will } from "./tabMessage.ts";

export interface WillsHost {
  readonly bequest: () => Bequest | undefined;
  readonly standing: Pick<Standing, "isLeading" | "leader">;
  readonly post: (will: Own<Will>) => void;
  /** A tab that follows numbers with it, and sends its own. */
  readonly isHere: (producer: string) => boolean;
  readonly senseless: () => void;
  /** There is no room for what a page left. */
  readonly dropped: () => void;
}

export interface Wills {
  readonly hear: (will: Will) => void;
  /** This page goes. */
  readonly leave: () => void;
  /** This tab leads: what waits is its to send. */
  readonly execute: () => void;
  /** Another one leads, and may not have been there to hear them. */
  readonly pass: () => void;
}

export const createWills = ({ bequest, standing, post, isHere, senseless, dropped }: WillsHost): Wills => {
  const waiting: StoredOutbox[] = [];
  const inherit = (left: StoredOutbox): void => {
    try {
      bequest()?.inherit({ ...left, producers: left.producers.filter(({ p }) => !isHere(p)) });
    } catch {
      // Whoever wrote it: it must not keep this tab from leading.
      senseless();
    }
  };
  return {
    hear: ({ from, left }) => {
      const leader = standing.leader();
      if (standing.isLeading()) inherit(left);
      // Another leader has heard it too.
      else if (leader === null || leader === from) {
        if (mayKeep(left, waiting)) waiting.push(left);
        else dropped();
      }
    },
    leave: () => {
      const left = bequest()?.leave();
      if (left) post({ t: "will", left });
    },
    execute: () => {
      waiting.splice(0).forEach(inherit);
    },
    pass: () => {
      for (const left of waiting.splice(0)) post({ t: "will", left });
    },
  };
};
