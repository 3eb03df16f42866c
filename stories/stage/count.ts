import type { Settlement } from "resilient-socket/core";
import type { Boot, Watch } from "resilient-socket/testing";

export const channel = "room:42";

/** How many messages of the page ended so. */
export const settledAs = (
  { record }: Pick<Boot, "record">,
  kind: Settlement["kind"],
  code?: string,
): number =>
  record.settled.filter(
    ({ settlement }) =>
      settlement.kind === kind && (code === undefined || ("code" in settlement && settlement.code === code)),
  ).length;

/** Messages heard more than once: 0, or the guarantee is broken. */
export const heardTwice = ({ messages }: Pick<Watch, "messages">): number =>
  messages.length - new Set(messages.map(({ seq }) => seq)).size;

/** `line 1` … `line n`. */
export const lines = (n: number, from = 1): readonly string[] =>
  Array.from({ length: n }, (_, i) => `line ${from + i}`);
