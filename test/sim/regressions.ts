import type { Script } from "./moves.ts";

/**
 * Histories that once showed a violation, shrunk (`npm run sim -- --seed N --json`), run in every `npm test`. They stand here whole, because
 * a change of the generator (plan.ts, actions.ts, moves.ts) changes what a seed means. What was found before they could be written
 * down is told as stories in regressions.test.ts.
 */
export const regressions: readonly { readonly found: string; readonly script: Script }[] = [
  {
    found: "a read whose socket broke in the asking was never asked again by a leader that became a follower",
    script: {
      seed: 25281,
      plan: {
        kind: "together",
        faults: ["resubscribe", "pause"],
        tabs: 2,
        subjects: ["ann"],
        tokenLifeMs: 20000,
        channels: ["a", "b", "c"],
        latencyMs: 5,
        jitterMs: 0,
        windowMessages: 1024,
        capacity: 1000,
        overflow: "reject",
        urls: "list",
        steps: 52,
        rung: "lease",
      },
      moves: [
        { id: 8, action: "send", seat: 47, pauseMs: 1 },
        { id: 12, action: "send", seat: 53, pauseMs: 200 },
        { id: 14, action: "open what is gone", seat: 48, pauseMs: 20000 },
        { id: 17, action: "burst", seat: 55, pauseMs: 1 },
        { id: 20, action: "send", seat: 53, pauseMs: 1 },
        { id: 23, action: "publish", seat: 3, pauseMs: 200 },
        { id: 27, action: "hang", seat: 17, pauseMs: 200 },
      ],
    },
  },
];
