import { describe, expect, it } from "vitest";
import type { StoredRow } from "../../src/core/ports/outboxStorage.ts";
import { createProfile, createTabMemory } from "../../src/testing/outboxStorage.ts";
import { virtualClock } from "../../src/testing/virtualClock.ts";

const row = (n: number): StoredRow => ({
  p: "p1",
  channel: "c",
  n,
  id: `${n}`,
  body: `${n}`,
  queuedAt: 0,
  expiresAt: 1,
  keyed: false,
  version: 0,
});
const nobody = (): void => undefined;

const scene = async () => {
  const clock = virtualClock();
  const profile = createProfile(clock);
  const open = async (scope = "ada", lost: (error: unknown) => void = nobody) => {
    const page = clock.device();
    const opening = profile.storage(page)(scope, lost);
    await clock.advance(10);
    return { page, storage: await opening };
  };
  return { clock, profile, open, ...(await open()) };
};

describe("the simulated storage of a profile", () => {
  it("gives the next page what was committed, in number order", async () => {
    const { clock, storage, open } = await scene();
    void storage.write({ rows: [row(10), row(9)] });
    await clock.advance(5);
    const reading = (await open()).storage.read("p1");
    await clock.advance(5);
    expect((await reading).rows.map(({ n }) => n)).toEqual([9, 10]);
  });

  it("loses what is not committed when the page dies, and may commit what the page never hears of", async () => {
    const { clock, profile, page, storage } = await scene();
    let heard = false;
    void storage.write({ rows: [row(1)] }).then(() => (heard = true));
    await clock.advance(1);
    void storage.write({ rows: [row(2)] });
    page.stop();
    await clock.advance(10);
    expect([profile.stored().rows.map(({ n }) => n), heard]).toEqual([[1], false]);
  });

  it("commits nothing of a frozen page until it thaws", async () => {
    const { clock, profile, page, storage } = await scene();
    void storage.write({ rows: [row(1)] });
    page.freeze();
    await clock.advance(1_000);
    expect(profile.stored().rows).toEqual([]);
    page.thaw();
    await clock.advance(1);
    expect(profile.stored().rows).toHaveLength(1);
  });

  it.each([
    ["quota", "QuotaExceededError"],
    ["broken", "UnknownError"],
  ] as const)("refuses a write with %s as %s, whole", async (fault, name) => {
    const { clock, profile, storage } = await scene();
    profile.fail(fault);
    const writing = storage.write({
      rows: [row(1)],
      counters: [{ p: "p1", channel: "c", next: 2, answered: 0 }],
    });
    const refused = expect(writing).rejects.toMatchObject({ name });
    await clock.advance(5);
    await refused;
    expect(profile.stored()).toMatchObject({ rows: [], counters: [] });
  });

  it("lets rows be removed from a full disk", async () => {
    const { clock, profile, storage } = await scene();
    void storage.write({ rows: [row(1)] });
    await clock.advance(5);
    profile.fail("quota");
    void storage.write({ removed: [["p1", "c", 1]] });
    await clock.advance(5);
    expect(profile.stored().rows).toEqual([]);
  });

  it("answers nothing while it hangs, and refuses to open in private mode", async () => {
    const { clock, profile, page } = await scene();
    profile.fail("hang");
    let answered = false;
    void profile
      .storage(page)("ada", nobody)
      .then(() => (answered = true));
    await clock.advance(60_000);
    expect(answered).toBe(false);
    profile.fail("denied");
    const refused = expect(profile.storage(page)("ada", nobody)).rejects.toMatchObject({
      name: "SecurityError",
    });
    await clock.advance(60_000);
    await refused;
  });

  it("tells every page when another version of the app takes the database", async () => {
    const { profile, open, clock } = await scene();
    let lost = 0;
    const { storage } = await open("ada", () => lost++);
    profile.takeAway();
    const refused = expect(storage.read("p1")).rejects.toMatchObject({ name: "InvalidStateError" });
    await clock.advance(5);
    await refused;
    expect(lost).toBe(1);
  });

  it("copies what a tab remembers when the tab is duplicated, once", () => {
    const tab = createTabMemory();
    tab.write("ada", ["p1"]);
    const copy = tab.duplicate();
    copy.write("ada", ["p1", "p2"]);
    expect([tab.read("ada"), copy.read("ada"), tab.read("bob")]).toEqual([["p1"], ["p1", "p2"], []]);
  });
});
