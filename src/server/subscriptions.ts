import type { ChannelAsk, ChannelVerdict } from "../protocol/frames.ts";
import { createFeed, type Feed, type FeedOptions } from "./feed.ts";
import { settlesWithin } from "./settlesWithin.ts";

/** The channels of one connection. */
export interface Subscriptions {
  /** Decides all channels together; one that takes too long is answered without its log. */
  readonly resume: (asks: readonly ChannelAsk[]) => Promise<readonly ChannelVerdict[]>;
  /** Sends what `resume` promised. */
  readonly start: () => void;
  /** Answers undefined when the channel was asked for again, or left, meanwhile. */
  readonly add: (ask: ChannelAsk) => Promise<ChannelVerdict | undefined>;
  readonly startOne: (channel: string) => void;
  readonly remove: (channel: string) => void;
  readonly names: () => readonly string[];
  readonly hasRoom: (more: number) => boolean;
  readonly stop: () => void;
}

export type SubscriptionsOptions = Omit<FeedOptions, "ask">;

/** The client gives a channel 10 s; one slow channel must not hold up the others for all of it. */
const VERDICT_MS = 5000;

export function createSubscriptions(options: SubscriptionsOptions): Subscriptions {
  const { context } = options;
  const feeds = new Map<string, Feed>();

  const remove = (channel: string) => {
    feeds.get(channel)?.stop();
    feeds.delete(channel);
  };

  const add = async (ask: ChannelAsk): Promise<ChannelVerdict | undefined> => {
    remove(ask.c);
    const feed = createFeed({ ...options, ask });
    feeds.set(ask.c, feed);
    const verdict = await settlesWithin(context.clock, VERDICT_MS, feed.plan());
    if (feeds.get(ask.c) !== feed) return undefined;
    if (verdict) return verdict;
    feed.stop();
    const retryAfterMs = Math.ceil(1000 * (1 + context.dice.roll()));
    return { c: ask.c, epoch: "", head: 0, tail: "", status: "lost", reason: "timeout", retryAfterMs };
  };

  return {
    resume: async (asks) => {
      const verdicts = await Promise.all([...new Map(asks.map((ask) => [ask.c, ask])).values()].map(add));
      return verdicts.filter((verdict) => verdict !== undefined);
    },
    start: () => {
      for (const feed of feeds.values()) feed.start();
    },
    add,
    startOne: (channel) => feeds.get(channel)?.start(),
    remove,
    names: () => [...feeds.keys()],
    hasRoom: (more) => feeds.size + more <= context.limits.maxChannels,
    stop: () => {
      for (const channel of feeds.keys()) remove(channel);
    },
  };
}
