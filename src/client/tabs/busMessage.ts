import type { ElectionEvent, ElectionPost } from "../../core/election/events.ts";
import { isCount, type Shape } from "../../protocol/shape.ts";
import { createReader, isId } from "./reader.ts";

/** An election message as it travels. */
export type BusMessage = (
  ElectionPost | { readonly t: "pong"; readonly to: string; readonly nonce: number }
) & {
  readonly from: string;
};

const isAsked = ({ from, to, nonce }: Shape): boolean => isId(from) && isId(to) && isCount(nonce);

export const readBusMessage = createReader<BusMessage>({
  lead: ({ from, group, term }) => isId(from) && isId(group) && isCount(term),
  bye: ({ from, term, to }) => isId(from) && isCount(term) && (to === undefined || isId(to)),
  hello: ({ from }) => isId(from),
  ping: isAsked,
  pong: isAsked,
});

/** What a message means to the election of the tab `me`. */
export const toElectionEvent = (message: Exclude<BusMessage, { t: "ping" }>, me: string): ElectionEvent =>
  ({ ...message, type: `${message.t}Heard`, isForMe: "to" in message && message.to === me }) as ElectionEvent;
