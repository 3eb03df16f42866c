import { type ErrorCode, ResilientSocketError } from "../errors.ts";
import { freshMemory, type Memory, type State } from "./state.ts";

/**
 * A state as another page can read it: instants are ms from now (each page has a clock of its own), errors code and text. It may
 * have travelled as JSON, which knows no infinity.
 */
export type Mirrored = Readonly<Record<string, unknown>>;

const instants = ["retryAtMs", "sinceMs"] as const;
const memoryInstants = ["failingSinceMs", "localCauseAtMs", "immediateAtMs", "notBeforeMs"] as const;
const names: readonly unknown[] = [
  "disconnected",
  "connecting",
  "authenticating",
  "resuming",
  "connected",
  "reconnecting",
  "failed",
];

type Fields = Record<string, unknown>;

const move = (fields: object, keys: readonly string[], byMs: number): Fields => {
  const moved: Fields = { ...fields };
  for (const key of keys) if (Number.isFinite(moved[key])) moved[key] = (moved[key] as number) + byMs;
  return moved;
};

const plain = (error: unknown): unknown =>
  error instanceof ResilientSocketError
    ? { code: error.code, text: error.message.replace(/^\[\w+\] /, "") }
    : null;

const revive = (error: unknown): ResilientSocketError | null => {
  const { code, text } = (error ?? {}) as Fields;
  return typeof code === "string" ? new ResilientSocketError(code as ErrorCode, String(text)) : null;
};

export const mirror = (state: State, nowMs: number): Mirrored => ({
  ...move(state, instants, -nowMs),
  ...("error" in state && { error: plain(state.error) }),
  ...("probe" in state && { probe: null }),
  memory: {
    ...move(state.memory, memoryInstants, -nowMs),
    lastError: plain(state.memory.lastError),
  },
});

/** Null for what is no such state. */
export const unmirror = (value: unknown, nowMs: number): State | null => {
  const { memory, ...own } = (typeof value === "object" && value !== null ? value : {}) as Fields;
  if (!names.includes(own.name) || typeof memory !== "object" || memory === null) return null;
  const lastError = revive((memory as Fields).lastError);
  const moved = move(memory, memoryInstants, nowMs);
  for (const [key, first] of Object.entries(freshMemory))
    if (typeof first === "number" && typeof moved[key] !== "number") moved[key] = first;
  return {
    ...move(own, instants, nowMs),
    ...("error" in own && { error: revive(own.error) }),
    memory: { ...(moved as unknown as Memory), lastError },
  } as State;
};

/** A state that is told again: its instants can only be told later, by what the telling takes. Null: it is another one. */
export const toldAgain = (known: State, told: State): State | null => {
  const before = known as unknown as Fields;
  const after = { ...told } as unknown as Fields;
  const isSame = after.name === before.name && after.reason === before.reason;
  if (!isSame || told.memory.attempt !== known.memory.attempt) return null;
  for (const key of instants)
    if (key in after) after[key] = Math.min(before[key] as number, after[key] as number);
  return after as unknown as State;
};
