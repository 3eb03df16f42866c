import type { Meta } from "@storybook/react-vite";
import type { Browser, Tab } from "resilient-socket/testing";
import { expect } from "storybook/test";
import { settled } from "../stage/conditions.ts";
import type { Controls } from "../stage/controls.ts";
import { channel, heardTwice, lines, settledAs } from "../stage/count.ts";
import { scene, sceneMeta } from "../stage/scene.tsx";
import { Figures } from "../ui/Figures.tsx";
import { TabCards } from "../ui/TabCards.tsx";

const meta: Meta<Controls> = { title: "Failures/The leader dies", ...sceneMeta };
export default meta;

const isAlive = ({ page }: Tab): boolean => page.life() !== "gone";
const leaderOf = ({ tabs }: Browser): Tab | undefined =>
  tabs.find((tab) => isAlive(tab) && tab.tabs.get().role === "leader");
const followersOf = ({ tabs }: Browser): readonly Tab[] =>
  tabs.filter((tab) => isAlive(tab) && tab.tabs.get().role === "follower");
const areConnected = ({ tabs }: Browser): boolean =>
  tabs.filter(isAlive).every((tab) => tab.state.get().name === "connected");

export const WhileItSends = scene({
  says:
    "Three tabs share the socket of one of them. That tab crashes without a word while another one's messages are under way. A new leader " +
    "takes over; the messages of the other tab arrive once and in order.",
  cast: (stage) => {
    const browser = stage.openBrowser();
    for (let i = 0; i < 3; i++) browser.openTab();
    const reader = stage.openTab();
    reader.connect();
    stage.world.store.pace({ beforeCommitMs: 30, afterCommitMs: 30 });
    return { browser, heard: reader.watch(channel) };
  },
  view: ({ browser, heard }) => {
    const writer = followersOf(browser)[0];
    const write = (): void => lines(50).forEach((line) => writer?.send(line, { channel }));
    return (
      <>
        <div className="actions">
          <button disabled={!writer} onClick={write}>
            A follower sends 50
          </button>
          <button disabled={!leaderOf(browser)} onClick={() => leaderOf(browser)?.crash()}>
            Crash the leader
          </button>
        </div>
        <TabCards browser={browser} />
        <Figures
          of={{
            acknowledged: browser.tabs.reduce((sum, tab) => sum + settledAs(tab, "acked"), 0),
            "heard elsewhere": heard.messages.length,
            "heard twice": heardTwice(heard),
          }}
        />
      </>
    );
  },
  play: async ({ browser, heard, stage, step }) => {
    await step("three tabs share a socket", async () => {
      await stage.until(() => areConnected(browser));
      await expect(followersOf(browser)).toHaveLength(2);
      // The reader's, and one for three tabs.
      await expect(stage.world.network.live()).toHaveLength(2);
    });
    const leader = leaderOf(browser)!;
    const writer = followersOf(browser)[0]!;
    await step("the leader crashes with a follower's messages", async () => {
      lines(50).forEach((line) => writer.send(line, { channel }));
      await stage.until(() => writer.outbox.state.get().inFlight > 0);
      await stage.advance(20);
      leader.crash();
    });
    await step("another tab leads, with a higher term", async () => {
      const { term } = leader.tabs.get();
      await stage.until(() => (leaderOf(browser)?.tabs.get().term ?? 0) > term && areConnected(browser));
      await expect(followersOf(browser)).toHaveLength(1);
    });
    await step("nothing is lost, nothing comes twice", async () => {
      await stage.until(settled(writer));
      await stage.advance(2_000);
      await expect(settledAs(writer, "acked")).toBe(50);
      await expect(heard.data()).toEqual(lines(50));
    });
  },
});

/** Nothing tells the others: the lock of a hung page stays held. They wait for a sign of life, then take the lock away. */
export const Hangs = scene({
  says:
    "The leader's thread is stuck, in a debugger for example: its lock stays held and its socket open. The others notice the silence, " +
    "steal the lock, and the server fences the old leader off by its term.",
  cast: (stage) => {
    const browser = stage.openBrowser();
    for (let i = 0; i < 2; i++) browser.openTab();
    return { browser };
  },
  speed: 10,
  view: ({ browser }) => (
    <>
      <div className="actions">
        <button disabled={!leaderOf(browser)} onClick={() => leaderOf(browser)?.hang()}>
          Hang the leader
        </button>
        <button onClick={() => browser.tabs.forEach((tab) => tab.unhang())}>Let it go on</button>
        <button onClick={() => followersOf(browser)[0]?.send("still here?", { channel })}>
          A follower sends
        </button>
      </div>
      <TabCards browser={browser} />
    </>
  ),
  play: async ({ browser, stage, step }) => {
    await stage.until(() => areConnected(browser) && followersOf(browser).length === 1);
    const old = leaderOf(browser)!;
    const other = followersOf(browser)[0]!;
    old.hang();
    const receipt = other.send("still here?", { channel });
    await step("the follower takes over and sends it", async () => {
      await stage.until(() => other.tabs.get().role === "leader", 180_000);
      await stage.until(() => receipt.status.get().kind === "acked", 180_000);
    });
    await step("the old leader comes back as a follower", async () => {
      old.unhang();
      await stage.until(() => old.tabs.get().role === "follower" && areConnected(browser), 180_000);
      await expect(stage.world.network.live()).toHaveLength(1);
    });
  },
});
