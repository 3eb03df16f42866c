/** What pages left that are gone, and what this one leaves: whoever leads, or leads next, has it sent. */
import type { StoredOutbox } from "../../core/ports/outboxStorage.ts";
import type { Bequest } from "../outbox/bequest.ts";
import type { Standing } from "./standing.ts";
import type { Own, Will } from "./tabMessage.ts";

export interface WillsHost {
  readonly bequest: () => Bequest | undefined;
  readonly standing: Pick<Standing, "isLeading" | "leader">;
  readonly post: (will: Own<Will>) => void;
  readonly senseless: () => void;
}

export interface Wills {
  readonly hear: (will: Will) => void;
  /** This page goes. */
  readonly leave: () => void;
  /** This tab leads: what waits is its to send. */
  readonly execute: () => void;
  /** Another one leads, and has heard what this one has. */
  readonly forget: () => void;
}

export const createWills = ({ bequest, standing, post, senseless }: WillsHost): Wills => {
  let waiting: StoredOutbox[] = [];
  const inherit = (left: StoredOutbox): void => {
    try {
      bequest()?.inherit(left);
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
      else if (leader === null || leader === from) waiting.push(left);
    },
    leave: () => {
      const left = bequest()?.leave();
      if (left) post({ t: "will", left });
    },
    execute: () => {
      waiting.splice(0).forEach(inherit);
    },
    forget: () => {
      waiting = [];
    },
  };
};
