/**
 * Seeds that once showed a violation, run in every `npm test`. A change of the generator (plan.ts, actions.ts, setting.ts)
 * changes what a seed means, so every bug found is also told as a story in regressions.test.ts.
 */
export const regressions: readonly { readonly seed: number; readonly found: string }[] = [
  {
    seed: 58,
    found: "a channel whose log was too slow stayed deaf: `lost` with retryAfterMs was taken for the head",
  },
  { seed: 163, found: "the same on one channel of three" },
  {
    seed: 413,
    found:
      "a lane waited for a retry of what the store had committed after all, and dropped all that followed",
  },
  { seed: 749, found: "a delay below the resolution of the clock let the world stand still" },
];
