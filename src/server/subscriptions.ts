import type { ChannelAsk, ChannelVerdict, Cursor } from "../protocol/frames.ts";
import { createFeed, type Feed, type FeedOptions } from "./feed.ts";
import { metricNames } from "../telemetry/metricNames.ts";
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
  /** Whether a place where the client says it stands is one of the log; undefined: nobody here knows. */
  readonly agrees: (channel: string, cursor: Cursor) => boolean | undefined;
  readonly names: () => readonly string[];
  readonly hasRoom: (more: number) => boolean;
  readonly stop: () => void;
}

export interface SubscriptionsOptions extends Omit<FeedOptions, "ask" | "onLive"> {
  /** When the client first said who it is. */
  readonly authAtMs: number;
}

/** The client gives a channel 10 s; one slow channel must not hold up the others for all of it. */
const VERDICT_MS = 5000;

export function createSubscriptions(options: SubscriptionsOptions): Subscriptions {
  const { context } = options;
  const feeds = new Map<string, Feed>();
  /** Channels that came with a cursor and are on their way to live: the hand-over from another node, or from an earlier socket. */
  let arriving = new Set<string>();

  const onLive = (channel: string) => {
    if (!arriving.delete(channel) || arriving.size > 0) return;
    context.metrics.observe(metricNames.handoff, context.clock.nowMs() - options.authAtMs);
  };

  const remove = (channel: string) => {
    arriving.delete(channel);
    feeds.get(channel)?.stop();
    feeds.delete(channel);
  };

  const add = async (ask: ChannelAsk): Promise<ChannelVerdict | undefined> => {
    remove(ask.c);
    const feed = createFeed({ ...options, ask, onLive });
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
      const known = verdicts.filter((verdict) => verdict !== undefined);
      const back = new Set(asks.filter((ask) => !("since" in ask)).map(({ c }) => c));
      arriving = new Set(
        known.filter((verdict) => back.has(verdict.c) && goesLive(verdict)).map(({ c }) => c),
      );
      return known;
    },
    start: () => {
      for (const feed of feeds.values()) feed.start();
    },
    add,
    startOne: (channel) => feeds.get(channel)?.start(),
    remove,
    agrees: (channel, cursor) => feeds.get(channel)?.agrees(cursor),
    names: () => [...feeds.keys()],
    hasRoom: (more) => feeds.size + more <= context.limits.maxChannels,
    stop: () => {
      for (const channel of feeds.keys()) remove(channel);
    },
  };
}

const goesLive = ({ status, retryAfterMs }: ChannelVerdict): boolean =>
  status !== "denied" && retryAfterMs === undefined;
