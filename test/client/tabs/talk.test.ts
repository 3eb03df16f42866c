import { describe, expect, it } from "vitest";
import { createStanding } from "../../../src/client/tabs/standing.ts";
import { createTalk } from "../../../src/client/tabs/talk.ts";
import { virtualClock } from "../../../src/testing/virtualClock.ts";

describe("a follower whose leader says what makes no sense", () => {
  it("begins anew with it, but not over and over: at most once a second (S23)", async () => {
    const clock = virtualClock();
    const joined: number[] = [];
    let senseless = 0;
    const standing = createStanding({
      own: () => ({ name: "disconnected", reason: "initial" }),
      borrowed: () => ({ name: "connecting", attempt: 0 }),
      show: () => undefined,
      refreshed: () => undefined,
      place: () => ({ rung: "locks", term: 1 }),
      report: () => undefined,
    });
    standing.sit({ kind: "following", leader: "leader", term: 1 });
    let n = 0;
    const say = (): void =>
      talk.hear({ t: "down", from: "leader", n: ++n, items: [[null, { is: "closed" }]] });
    const talk = createTalk({
      clock,
      standing,
      me: () => "me",
      post: ({ t }) => {
        if (t !== "join") return;
        joined.push(clock.nowMs());
        // It answers at once, and with the same.
        clock.after(1, say);
      },
      producers: () => [],
      needs: () => "nothing",
      task: (work) => clock.soon(work),
      obey: () => {
        throw new TypeError("of another version");
      },
      heard: () => undefined,
      asked: () => undefined,
      left: () => undefined,
      senseless: () => senseless++,
    });
    say();
    await clock.advance(100);
    expect([joined.length, senseless]).toEqual([1, 2]);
    await clock.advance(1_000);
    say();
    await clock.advance(100);
    expect(joined).toHaveLength(2);
  });
});
