import type { ElectionEvent, ElectionPost } from "../../core/election/events.ts";
import { createReader, type Fields, isCount, isName } from "./reader.ts";

/** An election message as it travels. */
export type BusMessage = (
  ElectionPost | { readonly t: "pong"; readonly to: string; readonly nonce: number }
) & {
  readonly from: string;
};

const isAsked = ({ from, to, nonce }: Fields): boolean => isName(from) && isName(to) && isCount(nonce);

export const readBusMessage = createReader<BusMessage>({
  lead: ({ from, group, term }) => isName(from) && isName(group) && isCount(term),
  bye: ({ from, term, to }) => isName(from) && isCount(term) && (to === undefined || isName(to)),
  hello: ({ from }) => isName(from),
  ping: isAsked,
  pong: isAsked,
});

/** What a message means to the election of the tab `me`. */
export const toElectionEvent = (message: Exclude<BusMessage, { t: "ping" }>, me: string): ElectionEvent =>
  ({ ...message, type: `${message.t}Heard`, isForMe: "to" in message && message.to === me }) as ElectionEvent;
