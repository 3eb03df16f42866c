/** What the steps of the election are made of. */
import type { ElectionEffect, ElectionInput } from "./events.ts";
import type { Election, Knowledge, Leader, Watch } from "./state.ts";

export type ElectionNext = readonly [Election, ...ElectionEffect[]];

export const pingEveryMs = 5_000;
/** While messages wait for the server. */
export const pressedPingEveryMs = 1_000;

export const follow = (leader: string | null): ElectionEffect => ({ type: "follow", leader });

export const know = <E extends Election>(state: E, more: Partial<Knowledge>): E => ({
  ...state,
  known: { ...state.known, ...more },
});

export const resting = ({ nowMs, isPressed }: ElectionInput): Watch => ({
  kind: "resting",
  sinceMs: nowMs,
  isPressed,
});

export const rest = ({ isPressed }: ElectionInput): ElectionEffect => ({
  type: "arm",
  timer: "ping",
  delayMs: isPressed ? pressedPingEveryMs : pingEveryMs,
});

export const nonceOf = (dice: number): number => Math.floor(dice * 2 ** 31);

export const wait = (known: Knowledge, leader: Leader | null, input: ElectionInput): ElectionNext => [
  { name: "waiting", known, leader, watch: resting(input) },
  rest(input),
];
