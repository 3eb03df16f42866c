import type { Meta } from "@storybook/react-vite";
import type { Browser } from "resilient-socket/testing";
import { expect } from "storybook/test";
import { settled } from "../stage/conditions.ts";
import type { Controls } from "../stage/controls.ts";
import { channel } from "../stage/count.ts";
import type { Stage } from "../stage/createStage.ts";
import { scene, sceneMeta } from "../stage/scene.tsx";
import { Figures } from "../ui/Figures.tsx";
import { TabCards } from "../ui/TabCards.tsx";

const meta: Meta<Controls> = { title: "Concepts/Tabs", ...sceneMeta };
export default meta;

const cast = (stage: Stage) => {
  const browser = stage.openBrowser();
  const open = (): void => {
    const tab = browser.openTab();
    heard.push(tab.watch(channel));
  };
  const heard: ReturnType<Browser["tabs"][number]["watch"]>[] = [];
  for (let i = 0; i < 3; i++) open();
  return { browser, open, heard };
};

export const OneSocket = scene({
  says:
    "Three tabs, one socket. Whatever any of them sends, all of them hear, each message once; the server has one connection to keep. Open " +
    "more, and crash some.",
  cast,
  view: ({ browser, open, heard, stage: { world } }) => {
    const alive = browser.tabs.filter(({ page }) => page.life() !== "gone");
    const leader = alive.find((tab) => tab.tabs.get().role === "leader");
    return (
      <>
        <div className="actions">
          <button disabled={browser.tabs.length >= 6} onClick={open}>
            Open a tab
          </button>
          <button onClick={() => alive.at(-1)?.send("hello", { channel })}>The last tab says hello</button>
          <button disabled={!leader} onClick={() => leader?.crash()}>
            Crash the leader
          </button>
        </div>
        <Figures
          of={{
            "tabs open": alive.length,
            sockets: world.network.live().length,
            "heard by each": [...new Set(heard.map(({ messages }) => messages.length))].join(" or "),
          }}
        />
        <TabCards browser={browser} />
      </>
    );
  },
  play: async ({ browser, open, heard, stage, step }) => {
    const areConnected = (): boolean => browser.tabs.every((tab) => tab.state.get().name === "connected");
    await step("one socket for three, then four", async () => {
      await stage.until(areConnected);
      open();
      await stage.advance(100);
      await stage.until(areConnected);
      await expect(stage.world.network.live()).toHaveLength(1);
      const roles = browser.tabs.map((tab) => tab.tabs.get().role).sort();
      await expect(roles).toEqual(["follower", "follower", "follower", "leader"]);
      await expect(new Set(browser.tabs.map((tab) => tab.tabs.get().term)).size).toBe(1);
    });
    await step("every tab hears what any tab says, once", async () => {
      browser.tabs.forEach((tab, i) => tab.send(`from tab ${i + 1}`, { channel }));
      await stage.until(settled(...browser.tabs));
      await stage.advance(500);
      const logs = heard.map((watch) => JSON.stringify(watch.messages.map(({ seq, data }) => [seq, data])));
      await expect(heard[0]!.messages).toHaveLength(4);
      await expect(new Set(logs).size).toBe(1);
    });
  },
});
