import type { Clock } from "../core/ports.ts";
import type { LogEvent, LogStore } from "../server/store/LogStore.ts";

/** How slow a store is. */
export interface StorePace {
  /** From `append` to the commit, in ms. A crash in between loses the batch. */
  readonly beforeCommitMs: number;
  /** From the commit to the answer, in ms. A crash in between loses the ack, not the batch. */
  readonly afterCommitMs: number;
  /** A read sees the state of its start and answers after this, in ms. */
  readonly readMs: number;
}

/** `before`: appends fail and nothing is stored. `after`: they fail although they were stored. */
export type StoreFailure = "before" | "after";

/** A store whose commits take time and may fail: the three moments of a crash become reachable. */
export interface FaultyStore extends LogStore {
  readonly pace: (pace: Partial<StorePace>) => void;
  /** Commits, but answers nothing until the function it returns is called. */
  readonly hold: () => () => void;
  /** Null: works again. */
  readonly fail: (failure: StoreFailure | null) => void;
  /** The caller died: nothing that waits is ever answered. What is not committed is forgotten, or still commits (a store of its own process). */
  readonly crash: (options?: { readonly loseUncommitted?: boolean }) => void;
  /** Told of every committed event; returns the removal. */
  readonly onCommit: (hear: (events: readonly LogEvent[]) => void) => () => void;
}

export const faultyStore = (inner: LogStore, clock: Clock): FaultyStore => {
  const hearers = new Set<(events: readonly LogEvent[]) => void>();
  let pace: StorePace = { beforeCommitMs: 0, afterCommitMs: 0, readMs: 0 };
  let failure: StoreFailure | null = null;
  const lives = { commit: 0, answer: 0 };
  let commitAt = 0;
  let answerAt = 0;
  const holds = new Set<Promise<void>>();

  const until = (at: number): Promise<void> =>
    at <= clock.nowMs()
      ? Promise.resolve()
      : new Promise((done) => void clock.after(at - clock.nowMs(), done));

  /** Never settles for a caller that died meanwhile. */
  const alive = async (what: keyof typeof lives, mine: number, at: number): Promise<void> => {
    await until(at);
    if (mine !== lives[what]) await new Promise<never>(() => undefined);
  };

  const write = async <T>(
    commit: () => Promise<T>,
    eventsOf: (result: T) => readonly LogEvent[],
  ): Promise<T> => {
    const mine = { ...lives };
    // In order, whatever the pace was in between.
    commitAt = Math.max(commitAt, clock.nowMs() + pace.beforeCommitMs);
    await alive("commit", mine.commit, commitAt);
    if (failure === "before") throw new Error("the store is down");
    const result = await commit();
    const events = eventsOf(result);
    if (events.length > 0) for (const hear of hearers) hear(events);
    const failed = failure === "after";
    answerAt = Math.max(answerAt, clock.nowMs() + pace.afterCommitMs);
    for (const held of holds) await held;
    await alive("answer", mine.answer, answerAt);
    if (failed) throw new Error("the store went down before it could answer");
    return result;
  };

  const read = async <T>(fetch: () => Promise<T>): Promise<T> => {
    const mine = lives.answer;
    const result = await fetch();
    await alive("answer", mine, clock.nowMs() + pace.readMs);
    return result;
  };

  return {
    ...inner,
    append: (batches) =>
      write(
        () => inner.append(batches),
        (results) => results.flatMap((result) => result.events),
      ),
    publish: (item) =>
      write(
        () => inner.publish(item),
        ({ event }) => (event ? [event] : []),
      ),
    head: (channel) => read(() => inner.head(channel)),
    read: (channel, fromSeq, limit, signal) => read(() => inner.read(channel, fromSeq, limit, signal)),
    positions: (subject, asks) => read(() => inner.positions(subject, asks)),
    pace: (change) => {
      pace = { ...pace, ...change };
    },
    hold: () => {
      let release = (): void => undefined;
      const held = new Promise<void>((done) => (release = done));
      holds.add(held);
      return () => {
        holds.delete(held);
        release();
      };
    },
    fail: (next) => {
      failure = next;
    },
    crash: ({ loseUncommitted = true } = {}) => {
      lives.answer += 1;
      if (loseUncommitted) lives.commit += 1;
    },
    onCommit: (hear) => {
      hearers.add(hear);
      return () => void hearers.delete(hear);
    },
  };
};
