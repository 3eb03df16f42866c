/**
 * Seeds that once showed a violation, run in every `npm test`. A change of the generator (plan.ts, actions.ts, setting.ts)
 * changes what a seed means, so every bug found is also told as a story in regressions.test.ts.
 */
export const regressions: readonly { readonly seed: number; readonly found: string }[] = [
  { seed: 797, found: "a lane waited for a retry of what had been answered, and dropped all that followed" },
];
