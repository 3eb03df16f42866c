import { describe, expect, it } from "vitest";
import { createCrew } from "../../../src/client/tabs/crew.ts";
import type { Hub } from "../../../src/client/tabs/hub.ts";
import type { FromLeader, Own } from "../../../src/client/tabs/tabMessage.ts";
import { virtualClock } from "../../../src/testing/virtualClock.ts";

describe("the crew of a leader", () => {
  it("asks a tab it does not know once, whatever of it is still on its way", async () => {
    const clock = virtualClock();
    const posted: Own<FromLeader>[] = [];
    const crew = createCrew({
      clock,
      post: (message) => posted.push(message),
      hub: () => {
        throw new Error("nobody has joined");
      },
      state: () => ({ state: {}, refused: [] }),
      joined: () => undefined,
      please: () => undefined,
      shown: () => undefined,
    });
    // Woken after a stream it had not heard, it answers for all of it at once.
    for (let n = 1; n <= 1_000; n++) {
      crew.heard({ t: "echo", from: "woken", to: "leader", n });
      if (n % 100 === 0) await clock.advance(1);
    }
    expect(posted.flatMap(({ items }) => items)).toEqual([[["woken"], { is: "who" }]]);
    // Should that have been lost, it is asked again.
    await clock.advance(1_000);
    crew.heard({ t: "echo", from: "woken", to: "leader", n: 1_001 });
    await clock.advance(1);
    expect(posted).toHaveLength(2);
  });

  it("† hears of a tab only what it said on the connection that is there", () => {
    const said: unknown[] = [];
    const limits = { maxFrameBytes: 0, windowMessages: 0, windowBytes: 0, maxChannels: 0 };
    const eras: number[] = [];
    const clock = virtualClock();
    const crew = createCrew({
      clock,
      post: ({ items }) => {
        for (const [, item] of items) if (item.is === "open") eras.push(item.era);
      },
      hub: () =>
        ({
          add: () => undefined,
          remove: () => undefined,
          authed: () => undefined,
          say: (_: unknown, item: unknown) => said.push(item),
        }) as unknown as Hub,
      state: () => ({ state: {}, refused: [] }),
      joined: () => undefined,
      please: () => undefined,
      shown: () => undefined,
    });
    const follower = { from: "follower", to: "leader" };
    const up = (era: number, item: string) =>
      crew.heard({ t: "up", ...follower, era, producers: [], items: [item] });
    crew.heard({ t: "join", ...follower, producers: [], needs: "nothing" });
    crew.opened(limits);
    crew.flush();
    crew.opened(null);
    up(eras[0]!, "posted before it knew");
    crew.opened(limits);
    crew.flush();
    up(eras[0]!, "on its way since then");
    up(eras[1]!, "anew");
    expect(said).toEqual(["anew"]);
  });
});
