import { ResilientSocketError } from "../../core/errors.ts";
import { type AppendView, extend } from "./decideAppend.ts";
import type { LogEvent, PublishItem } from "./LogStore.ts";

/** The server's keys live in a namespace of their own: no user is called ''. */
const SERVER = "";

/** An event of the server itself. Answers the seq of the first event when its key was used before. */
export function decidePublish(
  view: AppendView,
  item: PublishItem,
): LogEvent | { readonly duplicateOf: number } {
  const hash = item.keyHash ?? "";
  const used = item.key === undefined ? undefined : view.key(item.channel, SERVER, item.key);
  if (used && used.hash !== hash)
    throw new ResilientSocketError("KEY_REUSED", `the key was used in ${item.channel} for another payload`);
  if (used) return { duplicateOf: used.seq };
  const event = extend(
    view,
    item.channel,
    0,
    item.key === undefined ? { d: item.d } : { d: item.d, id: item.key },
  );
  view.push(event, undefined);
  if (item.key !== undefined) view.keepKey(item.channel, SERVER, item.key, { hash, seq: event.seq });
  return event;
}
