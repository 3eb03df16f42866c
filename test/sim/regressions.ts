import type { Script } from "./moves.ts";

/**
 * Histories that once showed a violation, shrunk (`npm run sim -- --seed N --json`), run in every `npm test`. They stand here whole, because
 * a change of the generator (plan.ts, actions.ts, moves.ts) changes what a seed means. What was found before they could be written
 * down is told as stories in regressions.test.ts.
 */
export const regressions: readonly { readonly found: string; readonly script: Script }[] = [];
