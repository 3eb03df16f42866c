import type { ElectionEvent, ElectionPost } from "../../core/election/events.ts";

/** An election message as it travels. */
export type BusMessage = (
  ElectionPost | { readonly t: "pong"; readonly to: string; readonly nonce: number }
) & {
  readonly from: string;
};

const isText = (value: unknown): value is string => typeof value === "string" && value.length <= 128;
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Null for what is no election message: other apps of the origin may post anything. */
export const readBusMessage = (value: unknown): BusMessage | null => {
  if (typeof value !== "object" || value === null) return null;
  const { t, from, group, term, to, nonce } = value as Record<string, unknown>;
  if (!isText(from)) return null;
  switch (t) {
    case "lead":
      return isText(group) && isCount(term) ? { t, from, group, term } : null;
    case "bye":
      return isCount(term) && (to === undefined || isText(to)) ? { t, from, term, to } : null;
    case "hello":
      return { t, from };
    case "ping":
    case "pong":
      return isText(to) && isCount(nonce) ? { t, from, to, nonce } : null;
    default:
      return null;
  }
};

/** What a message means to the election of the tab `me`; null: nothing. */
export const toElectionEvent = (message: BusMessage, me: string): ElectionEvent | null => {
  const { from } = message;
  switch (message.t) {
    case "lead":
      return { type: "leadHeard", from, group: message.group, term: message.term };
    case "bye":
      return { type: "byeHeard", from, term: message.term, isForMe: message.to === me };
    case "hello":
      return { type: "helloHeard", from };
    case "pong":
      return message.to === me ? { type: "pongHeard", from } : null;
    case "ping":
      return null;
    default:
      return message satisfies never;
  }
};
