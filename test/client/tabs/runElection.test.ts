import { expect, it } from "vitest";
import { runElection } from "../../../src/client/tabs/runElection.ts";
import type { RungPorts } from "../../../src/core/ports/tabPorts.ts";
import { seededDice } from "../../../src/testing/seededDice.ts";
import { virtualClock } from "../../../src/testing/virtualClock.ts";

/** A tab that waits for a silent leader, in a page whose tasks run or do not. */
const stealsOf = async (task: RungPorts["task"]): Promise<number> => {
  const clock = virtualClock();
  let steals = 0;
  const election = runElection({
    name: "group",
    me: "me",
    clock,
    dice: seededDice(1),
    ports: {
      task,
      locks: {
        hold: (_, how) => {
          if (how === "steal") steals++;
          return () => undefined;
        },
        isHeld: () => Promise.resolve(true),
      },
      bus: () => ({ post: () => undefined, close: () => undefined }),
      terms: { take: () => new Promise(() => undefined) },
    },
    isHidden: () => false,
    isPressed: () => true,
    lead: () => undefined,
    stepDown: () => undefined,
    follow: () => undefined,
    failed: () => undefined,
  });
  election.dispatch({ type: "joined" });
  await clock.advance(60_000);
  return steals;
};

it("a page whose tasks do not run robs nobody, though its timers do (fault 37)", async () => {
  expect(await stealsOf((work) => queueMicrotask(work))).toBeGreaterThan(0);
  expect(await stealsOf(() => undefined)).toBe(0);
});
