import type { FeedItem } from "./links.ts";

export interface Feed {
  readonly run: (visit: string) => void;
  readonly stop: (visit: string) => void;
  /** How many numbers this visit's feed has said. */
  readonly said: (visit: string) => number;
  readonly published: (item: FeedItem) => void;
  /** The backend is new: everything it did not confirm is said again. */
  readonly repeat: () => void;
  readonly close: () => void;
}

const everyMs = 50;
const keyOf = ({ visit, n }: FeedItem): string => `${visit}:${n}`;

/**
 * The outside world behind the backend: 20 numbers a second for each visit. It keeps what the backend has not confirmed,
 * and asks again with the same idempotency key after a crash, as a queue or a webhook would.
 */
export const createFeed = (publish: (item: FeedItem) => void): Feed => {
  const said = new Map<string, number>();
  const running = new Set<string>();
  const unconfirmed = new Map<string, FeedItem>();

  const say = (visit: string): void => {
    const n = (said.get(visit) ?? 0) + 1;
    said.set(visit, n);
    const item: FeedItem = { visit, from: "server", n };
    unconfirmed.set(keyOf(item), item);
    publish(item);
  };
  const timer = setInterval(() => running.forEach(say), everyMs);

  return {
    run: (visit) => void running.add(visit),
    stop: (visit) => void running.delete(visit),
    said: (visit) => said.get(visit) ?? 0,
    published: (item) => void unconfirmed.delete(keyOf(item)),
    repeat: () => unconfirmed.forEach(publish),
    close: () => clearInterval(timer),
  };
};
