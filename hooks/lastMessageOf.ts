import type { Message } from "../src/client/message.ts";
import type { ResilientClient } from "../src/client/ResilientClient.ts";
import type { Store } from "../src/client/store.ts";

/** A channel that somebody reads: one subscription, however many read. */
interface Feed {
  last: Message | undefined;
  readonly readers: Set<() => void>;
  readonly stop: () => void;
}

const feedsOf = new WeakMap<ResilientClient, Map<string, Feed>>();

const open = (client: ResilientClient, channel: string): Feed => {
  const feed: Feed = {
    last: undefined,
    readers: new Set(),
    stop: client.subscribe(channel, (message) => show(feed, message)),
  };
  return feed;
};

const show = (feed: Feed, message: Message): void => {
  feed.last = message;
  for (const reader of [...feed.readers]) reader();
};

/**
 * A channel's last message, as one reader knows it: undefined before the first. Kept while the reader listens no more, so that one
 * that was hidden or remounted comes back to it.
 */
export const lastMessageOf = (client: ResilientClient, channel: string): Store<Message | undefined> => {
  let seen: Message | undefined;
  const feeds = feedsOf.get(client) ?? new Map<string, Feed>();
  feedsOf.set(client, feeds);
  const get = (): Message | undefined => (seen = feeds.get(channel)?.last ?? seen);
  return {
    get,
    getServer: () => undefined,
    subscribe: (reader) => {
      const feed = feeds.get(channel) ?? open(client, channel);
      feeds.set(channel, feed);
      feed.readers.add(reader);
      // Who comes back knows more than those who came meanwhile.
      if (seen && !feed.last) show(feed, seen);
      return () => {
        feed.readers.delete(reader);
        if (feed.readers.size) return;
        feed.stop();
        feeds.delete(channel);
      };
    },
  };
};
