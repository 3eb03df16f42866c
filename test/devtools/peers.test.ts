import { expect, it } from "vitest";
import { createRecorder, type Recorder } from "../../src/devtools/recorder.ts";
import { createWorld } from "../../src/testing/createWorld.ts";

it("knows the tabs whose inspector is open: their role, and which messages they have seen", async () => {
  const world = createWorld();
  const browser = world.openBrowser();
  const [one, two] = [browser.openTab(), browser.openTab()];
  const [first, second] = [one, two].map((tab) => createRecorder(tab) as Recorder);
  for (const tab of [one, two]) {
    tab.subscribe("room", () => undefined);
    tab.connect();
  }
  first!.start();
  const close = second!.start();
  await world.advance(5_000);
  const roles = [first!, second!].map((recorder) => recorder.peers.get().map(({ role }) => role));
  expect(roles.flat().sort()).toEqual(["follower", "leader"]);
  expect(first!.peers.get()[0]).toMatchObject({ rung: "locks", state: "connected" });

  const settled = await Promise.all([one.send(1, { channel: "room" }).settled, world.advance(3_000)]);
  const [ack] = settled;
  expect(ack).toMatchObject({ kind: "acked", seq: 1 });
  const { epoch } = first!.channels.get()[0]!;
  expect(first!.seenBy("room", epoch, 1)).toHaveLength(1);
  expect(first!.seenBy("room", epoch, 2)).toHaveLength(0);
  expect(first!.seenBy("room", "another epoch", 1)).toHaveLength(0);

  close();
  await world.advance(1_000);
  expect(first!.seenBy("room", epoch, 1)).toHaveLength(0);
});

it("knows role and term of every tab that shares the connection, whose inspector is closed too, from either side", async () => {
  const world = createWorld();
  const browser = world.openBrowser();
  const pages = [browser.openTab(), browser.openTab(), browser.openTab()];
  for (const page of pages) {
    page.connect();
    await world.advance(2_000);
  }
  const seenFrom = async (at: number): Promise<readonly string[]> => {
    const recorder = createRecorder(pages[at]!) as Recorder;
    const close = recorder.start();
    await world.advance(1_000);
    const seen = recorder.peers.get().map(({ role, term, state }) => `${role} ${term} ${state ?? "closed"}`);
    close();
    return seen.toSorted();
  };
  expect(await seenFrom(0)).toEqual(["follower 1 closed", "follower 1 closed"]);
  expect(await seenFrom(1)).toEqual(["follower 1 closed", "leader 1 closed"]);
  pages[2]!.disconnect();
  await world.advance(1_000);
  expect(await seenFrom(0)).toEqual(["follower 1 closed"]);
  expect(await seenFrom(1)).toEqual(["leader 1 closed"]);
  pages[0]!.disconnect();
  await world.advance(2_000);
  expect(await seenFrom(1)).toEqual([]);
  expect(pages[1]!.tabs.get()).toMatchObject({ role: "leader", term: 2 });
});

it("a follower takes down where the leader's connection goes, without steps of a table of its own", async () => {
  const world = createWorld();
  const browser = world.openBrowser();
  const leader = browser.openTab();
  leader.connect();
  await world.advance(3_000);
  const follower = browser.openTab();
  const recorder = createRecorder(follower) as Recorder;
  recorder.start();
  follower.connect();
  await world.advance(3_000);
  expect(follower.tabs.get().role).toBe("follower");
  world.network.cut();
  await world.advance(5_000);
  const moves = recorder.moments.get().filter(({ from, to }) => from !== to);
  expect(moves.map(({ to }) => to)).toContain("reconnecting");
  expect(moves.at(-1)?.to).toBe("connected");
  expect(moves.every(({ step }) => step === undefined)).toBe(true);
});
