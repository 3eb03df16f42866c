/** One change of the source that takes a rule out. `find` stands in the file exactly once. */
export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A way to break a rule, and the suites that must notice. */
export interface Cut {
  readonly name: string;
  readonly edits: readonly Edit[];
  /** Below `test/`, without `.test.ts`. */
  readonly suites: readonly string[];
}

/** A rule that interleavings taught: without it something is lost, doubled or disordered. */
export interface Rule {
  readonly text: string;
  /** PROTOCOL.md. */
  readonly statements: string;
  readonly cuts: readonly Cut[];
  /** What the rule waits for, or which part of it waits. */
  readonly later?: string;
}

export const cut = (
  name: string,
  file: string,
  find: string,
  replace: string,
  ...suites: readonly string[]
): Cut => ({ name, edits: [{ file, find, replace }], suites });

/** For a rule that two places keep: one alone would hide that the other is gone. */
export const cutBoth = (name: string, edits: readonly Edit[], ...suites: readonly string[]): Cut => ({
  name,
  edits,
  suites,
});
