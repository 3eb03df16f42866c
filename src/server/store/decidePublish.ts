import { ResilientSocketError } from "../../core/errors.ts";
import { type AppendView, extend, keepKey, SERVER } from "./decideAppend.ts";
import type { PublishItem, PublishResult } from "./LogStore.ts";

/** An event of the server itself, or the place of the first one when its key was used before. */
export function decidePublish(view: AppendView, item: PublishItem): PublishResult {
  const hash = item.keyHash ?? "";
  const used = item.key === undefined ? undefined : view.key(item.channel, SERVER, item.key);
  if (used && used.hash !== hash)
    throw new ResilientSocketError("KEY_REUSED", `the key was used in ${item.channel} for another payload`);
  if (used) return { place: { epoch: view.epoch, seq: used.seq, tail: used.tail }, event: undefined };
  const id = item.key === undefined ? {} : { id: item.key };
  const event = extend(view, item.channel, 0, { d: item.d, ...id });
  view.push(event, undefined);
  if (item.key !== undefined) keepKey(view, event, hash);
  return { place: { epoch: event.epoch, seq: event.seq, tail: event.tail }, event };
}
