import { transformWithOxc } from "vite";
import { describe, expect, it } from "vitest";
import { createRecorder, type Recorder } from "../../src/devtools/recorder.ts";
import { tellStory, type StoryOptions } from "../../src/devtools/tellStory.ts";
import { createWorld, type WorldOptions } from "../../src/testing/createWorld.ts";

/** Runs the text as a test file would: its imports are the real ones, its one test is run here. */
const run = async (text: string): Promise<string[]> => {
  const { code } = await transformWithOxc(text, "story.ts");
  const body = code.replaceAll(/^import .*$/gm, "");
  const told: string[] = [];
  const story = (name: string, test: () => Promise<void>): Promise<void> => {
    told.push(name);
    return test();
  };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const start = new Function("it", "expect", "createWorld", `return ${body.trim().replace(/;$/, "")}`) as (
    ...given: unknown[]
  ) => Promise<void>;
  await start(story, expect, createWorld);
  return told;
};

const record = (options?: WorldOptions) => {
  const world = createWorld(options);
  const tab = world.openTab();
  const recorder = createRecorder(tab) as Recorder;
  recorder.start();
  return { world, tab, tell: (story?: StoryOptions) => tellStory(recorder, story) };
};

describe("a recording as a test", () => {
  it("runs as it is pasted, and ends where the connection ended", async () => {
    const { world, tab, tell } = record();
    tab.subscribe("room", () => undefined);
    tab.connect();
    await world.advance(1_000);
    for (let n = 0; n < 5; n++) {
      tab.send({ text: "secret" }, { channel: "room" });
      await world.advance(20);
    }
    world.network.cut();
    await world.advance(5_000);
    const text = tell();
    expect(text).toContain("world.network.cut();");
    expect(text).toContain("for (let n = 0; n < 5; n++) {");
    expect(text).not.toContain("secret");
    expect(await run(text)).toEqual(["goes through what happened"]);
  });

  it("tells real payloads only when asked", async () => {
    const { world, tab, tell } = record();
    tab.connect();
    tab.send({ text: "secret" });
    await world.advance(1_000);
    expect(tell()).not.toContain("secret");
    const text = tell({ payloads: true });
    expect(text).toContain('tab.send({"text":"secret"})');
    await run(text);
  });

  it("tells that nobody answered for a while, and then somebody did", async () => {
    const { world, tab, tell } = record();
    tab.connect();
    await world.advance(1_000);
    world.crashServer();
    tab.send(1);
    await world.advance(6_000);
    world.startServer();
    await world.advance(20_000);
    const text = tell();
    expect(text).toContain("world.network.refuse(true);");
    expect(text).toContain("world.network.refuse(false);");
    await run(text);
  });

  it("tells a silence from its begin", async () => {
    const { world, tab, tell } = record();
    tab.connect();
    await world.advance(1_000);
    world.network.stall();
    await world.advance(45_000);
    world.network.resume();
    await world.advance(10_000);
    const text = tell({ lastMs: 120_000 });
    expect(text.indexOf("world.network.stall();")).toBeLessThan(text.indexOf("world.network.resume();"));
    await run(text);
  });

  it("tells what the user did, and what the page went through", async () => {
    const { world, tab, tell } = record();
    tab.connect();
    await world.advance(500);
    tab.page.hint("network");
    await world.advance(500);
    tab.reconnect();
    await world.advance(500);
    tab.freeze();
    await world.advance(500);
    tab.resume();
    await world.advance(2_000);
    tab.disconnect();
    const text = tell();
    const inOrder = [
      "tab.connect()",
      'tab.page.hint("network")',
      "tab.reconnect()",
      "tab.freeze()",
      "tab.resume()",
      "tab.disconnect()",
    ];
    const places = inOrder.map((line) => text.indexOf(line));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
    await run(text);
  });

  it("begins connected when the half minute does", async () => {
    const { world, tab, tell } = record();
    tab.connect();
    await world.advance(60_000);
    tab.send(1);
    await world.advance(1_000);
    const text = tell();
    expect(text.match(/tab\.connect\(\);/g)).toHaveLength(1);
    await run(text);
  });
});
