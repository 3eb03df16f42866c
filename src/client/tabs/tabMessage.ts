/** What tabs say to each other besides electing: a leader to its followers, a follower to its leader. Never a token. */
import type { Mirrored } from "../../core/machine/mirror.ts";
import type { RawData } from "../../core/ports.ts";
import type { StoredOutbox } from "../../core/ports/outboxStorage.ts";
import type { Limits, ServerFrame } from "../../protocol/frames.ts";
import { isName } from "../../protocol/isName.ts";
import { isCount, isShape, isText } from "../../protocol/shape.ts";
import type { ChannelFrame } from "../resilient/wire.ts";
import { isChannelFrame } from "./member.ts";
import { createReader, isId } from "./reader.ts";

/** What a follower says: a WebSocket message, or a question about a channel. */
export type UpItem = RawData | ChannelFrame;

/** One word of the leader. */
export type DownItem =
  | { readonly is: "frame"; readonly frame: ServerFrame }
  /** The connection is there: begin. What a tab says under another era is not heard. */
  | { readonly is: "open"; readonly era: number; readonly limits: Limits }
  | { readonly is: "closed" }
  /** What a server of another protocol said. */
  | { readonly is: "raw"; readonly data: RawData }
  /** A message was too large for the server. */
  | { readonly is: "large" }
  | {
      readonly is: "state";
      readonly state: Mirrored;
      readonly refused: readonly string[];
      /** Who follows. */
      readonly crew: readonly string[];
    }
  /** So many characters of yours have left, ever. */
  | { readonly is: "taken"; readonly length: number }
  /** You were not heard for a while: say again who you are. */
  | { readonly is: "who" };

export type FromLeader = {
  readonly t: "down";
  readonly from: string;
  readonly n: number;
  /** To these tabs, or to all. */
  readonly items: readonly (readonly [to: readonly string[] | null, item: DownItem])[];
};

/** Why a tab needs the connection: somebody looks at it, or it waits for an answer. `nothing`: it may pause. */
export type Needs = "eyes" | "answers" | "nothing";

export type FromFollower =
  | {
      readonly t: "join";
      readonly from: string;
      readonly to: string;
      readonly producers: readonly string[];
      readonly needs: Needs;
    }
  | {
      readonly t: "up";
      readonly from: string;
      readonly to: string;
      readonly era: number;
      readonly producers: readonly string[];
      readonly items: readonly UpItem[];
    }
  /** A task of this page ran after it was given so much. */
  | { readonly t: "echo"; readonly from: string; readonly to: string; readonly n: number }
  /** Act on the connection, as its user wishes. */
  | { readonly t: "please"; readonly from: string; readonly to: string; readonly what: "reconnect" | "wake" }
  | { readonly t: "needs"; readonly from: string; readonly to: string; readonly needs: Needs }
  | { readonly t: "part"; readonly from: string; readonly to: string };

/** This page goes, and nothing stores its messages: whoever leads, or leads next, sends them. */
export interface Will {
  readonly t: "will";
  readonly from: string;
  /** To the leader, by who kept it; absent: to all, by the page that goes. */
  readonly to?: string;
  readonly left: StoredOutbox;
}

/** A message of this tab, which need not say so: whoever posts it adds that. */
export type Own<M> = M extends unknown ? Omit<M, "from"> : never;

export type TabMessage = FromLeader | FromFollower | Will;

const areTexts = (value: unknown): boolean => Array.isArray(value) && value.every((one) => isText(one));
/** What goes on to the server, which ends the connection of all tabs for what makes no sense. */
const isUpItem = (value: unknown): boolean =>
  typeof value === "string" ||
  value instanceof ArrayBuffer ||
  value instanceof Blob ||
  (isShape(value) &&
    isChannelFrame(value as never) &&
    ["sub", "unsub", "read", "vol"].includes(value["t"] as string) &&
    isName(value["c"]));

const isNeeds = (value: unknown): boolean => value === "eyes" || value === "answers" || value === "nothing";

const read = createReader<TabMessage>({
  down: ({ n, items }) =>
    isCount(n) &&
    Array.isArray(items) &&
    items.every((pair) => Array.isArray(pair) && (pair[0] === null || areTexts(pair[0])) && isShape(pair[1])),
  join: ({ producers, needs }) => areTexts(producers) && isNeeds(needs),
  up: ({ era, producers, items }) =>
    isCount(era) && areTexts(producers) && Array.isArray(items) && items.every(isUpItem),
  echo: ({ n }) => isCount(n),
  please: ({ what }) => what === "reconnect" || what === "wake",
  needs: ({ needs }) => isNeeds(needs),
  part: () => true,
  will: ({ left }) =>
    isShape(left) &&
    [left.rows, left.counters, left.producers].every((list) => Array.isArray(list) && list.every(isShape)),
});

/** Null for what is none, or is meant for another tab. */
export const readTabMessage = (value: unknown, me: string): TabMessage | null => {
  const message = read(value);
  return message && isId(message.from) && message.from !== me && (!("to" in message) || message.to === me)
    ? message
    : null;
};
