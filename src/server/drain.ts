import { ResilientSocketError } from "../core/errors.ts";
import type { Clock } from "../core/ports.ts";
import type { Connection } from "./connection.ts";
import type { DrainOptions } from "./ResilientServer.ts";

/** Emptying a node without hurry: everybody leaves at a moment of their own, and nothing accepted is lost. */
export interface Drain {
  readonly begin: (options: DrainOptions) => Promise<void>;
  /** A connection is gone. */
  readonly left: () => void;
  /** How long the window still is; undefined: nothing drains. */
  readonly leftMs: () => number | undefined;
  /** Whoever waits is answered: the server closes. */
  readonly stop: () => void;
}

export interface DrainContext {
  readonly clock: Clock;
  readonly connections: ReadonlySet<Connection>;
  /** From now on nobody is taken. */
  readonly leave: () => void;
}

const DEFAULT_MS = 30_000;
/** The rest of the window is for what was drawn last and is on its way. */
const SHARE_TO_DRAW_FROM = 0.9;
/** Time for the store to answer what was accepted of those who did not leave. */
const ANSWER_MS = 5000;
const LOOK_EVERY_MS = 25;

export function createDrain({ clock, connections, leave }: DrainContext): Drain {
  let answer: Promise<void> | undefined;
  let resolve = () => {};
  let cancel = () => {};
  let untilMs = 0;

  const finish = () => {
    cancel();
    resolve();
  };

  /** Nobody is read any more; each is closed as soon as what was accepted of it is answered. */
  const dismissAll = (atLatestMs: number) => {
    const isLate = clock.nowMs() >= atLatestMs;
    for (const connection of [...connections]) {
      connection.stopReading();
      if (isLate || connection.isIdle()) connection.dismiss();
    }
    if (isLate || [...connections].every((connection) => connection.isIdle())) return finish();
    cancel = clock.after(LOOK_EVERY_MS, () => dismissAll(atLatestMs));
  };

  const ask = ({ overMs, to }: ReturnType<typeof checked>) => {
    leave();
    untilMs = clock.nowMs() + overMs;
    cancel = clock.after(overMs, () => dismissAll(clock.nowMs() + ANSWER_MS));
    const maxMs = Math.floor(overMs * SHARE_TO_DRAW_FROM);
    const frame = { t: "goaway", reason: "drain", minMs: 0, maxMs, deadlineMs: Math.floor(overMs) } as const;
    for (const connection of [...connections])
      connection.askToLeave({ ...frame, ...(to !== undefined && { to }) });
    if (connections.size === 0) finish();
  };

  return {
    begin: async (options) => {
      const wish = checked(options);
      if (!answer) {
        answer = new Promise((settle) => (resolve = settle));
        ask(wish);
      }
      return answer;
    },
    left: () => {
      if (answer && connections.size === 0) finish();
    },
    leftMs: () => (answer ? Math.max(0, untilMs - clock.nowMs()) : undefined),
    stop: finish,
  };
}

function checked({ overMs = DEFAULT_MS, to }: DrainOptions): { overMs: number; to: string | undefined } {
  if (!Number.isFinite(overMs) || overMs < 0)
    throw new ResilientSocketError(
      "INVALID_OPTION",
      `overMs must be a duration in ms, not ${String(overMs)}`,
    );
  if (to !== undefined && !isSocketUrl(to))
    throw new ResilientSocketError("INVALID_OPTION", `to must be a ws: or wss: URL, not ${String(to)}`);
  return { overMs, to };
}

const isSocketUrl = (text: unknown): boolean =>
  typeof text === "string" && URL.canParse(text) && ["ws:", "wss:"].includes(new URL(text).protocol);
