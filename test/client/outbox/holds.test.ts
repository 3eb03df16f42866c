import { describe, expect, it } from "vitest";
import { createHolds } from "../../../src/client/outbox/holds.ts";
import type { Locks } from "../../../src/core/ports/tabPorts.ts";
import { virtualClock } from "../../../src/testing/virtualClock.ts";

describe("a name that is waited for", () => {
  const scene = () => {
    const clock = virtualClock();
    const page = clock.device();
    let granted = (): void => undefined;
    const locks: Locks = {
      hold: (_name, _how, hears) => {
        granted = () => page.run(() => hears.granted());
        return () => undefined;
      },
      isHeld: async () => true,
    };
    const answers: string[] = [];
    void createHolds(locks, page)
      .take("a name", 3_000)
      .then((release) => answers.push(release ? "granted" : "given up"));
    return { clock, page, answers, grant: () => granted() };
  };

  it("is given up when it is not granted in time", async () => {
    const { clock, answers } = scene();
    await clock.advance(2_999);
    expect(answers).toEqual([]);
    await clock.advance(2);
    expect(answers).toEqual(["given up"]);
  });

  it("is waited for still by a page that slept all the time: whoever lets go of it slept, too", async () => {
    const { clock, page, answers, grant } = scene();
    page.freeze();
    await clock.advance(60_000);
    page.thaw();
    await clock.advance(100);
    grant();
    await clock.advance(1);
    expect(answers).toEqual(["granted"]);
  });
});
