import type { Clock } from "../core/ports.ts";

/** How much of what happened lately was of one kind. */
export interface Share {
  readonly add: (isOfKind: boolean, count?: number) => void;
  /** In 0 … 1; undefined when nothing happened. */
  readonly lately: () => number | undefined;
}

/** Lately is this period and the one before it, in ms. */
const PERIOD_MS = 300_000;

export function createShare({ nowMs }: Pick<Clock, "nowMs">): Share {
  let before = { ofKind: 0, all: 0 };
  let now = { ofKind: 0, all: 0 };
  let endsAtMs = nowMs() + PERIOD_MS;

  const turn = () => {
    const lateMs = nowMs() - endsAtMs;
    if (lateMs < 0) return;
    before = lateMs < PERIOD_MS ? now : { ofKind: 0, all: 0 };
    now = { ofKind: 0, all: 0 };
    endsAtMs = nowMs() + PERIOD_MS;
  };

  return {
    add: (isOfKind, count = 1) => {
      turn();
      now.all += count;
      if (isOfKind) now.ofKind += count;
    },
    lately: () => {
      turn();
      const all = before.all + now.all;
      return all > 0 ? (before.ofKind + now.ofKind) / all : undefined;
    },
  };
}
