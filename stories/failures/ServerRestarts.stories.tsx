import type { Meta } from "@storybook/react-vite";
import type { Tab } from "resilient-socket/testing";
import { expect } from "storybook/test";
import { connected, settled } from "../stage/conditions.ts";
import { channel, heardTwice, lines, settledAs } from "../stage/count.ts";
import { scene, sceneMeta, sees } from "../stage/scene.tsx";
import type { Controls } from "../stage/controls.ts";
import { Figures } from "../ui/Figures.tsx";
import { TabCard } from "../ui/TabCard.tsx";

const meta: Meta<Controls> = { title: "Failures/The server restarts during a burst", ...sceneMeta };
export default meta;

const burst = (tab: Tab, size: number): void => {
  for (const line of lines(size)) tab.send(line, { channel });
};

export const InABurst = scene({
  says:
    "Two hundred messages are sent, and the server is killed while they are on their way: some were stored and never acknowledged. " +
    "After the restart the client asks how far the log got and sends the rest.",
  cast: (stage) => {
    const tab = stage.openTab();
    const other = stage.openTab();
    other.connect();
    stage.world.store.pace({ beforeCommitMs: 60, afterCommitMs: 60 });
    return { tab, heard: other.watch(channel) };
  },
  view: ({ tab, heard, stage: { world } }) => (
    <TabCard
      client={tab}
      actions={
        <>
          <button onClick={() => burst(tab, 200)}>Send 200</button>
          <button onClick={() => world.restartServer()}>Kill and restart the server</button>
        </>
      }
    >
      <Figures
        of={{
          acknowledged: settledAs(tab, "acked"),
          "heard elsewhere": heard.messages.length,
          "heard twice": heardTwice(heard),
        }}
      />
    </TabCard>
  ),
  play: async ({ tab, heard, stage, canvas, step }) => {
    await step("connect", () => stage.until(connected(tab)));
    await step("the burst leaves", async () => {
      burst(tab, 200);
      await stage.until(() => tab.outbox.state.get().inFlight > 0);
      await stage.advance(100);
    });
    await step("the server dies with it", async () => {
      stage.world.restartServer();
      await stage.until(() => tab.state.get().name === "reconnecting");
      await expect(tab.outbox.state.get().depth).toBeGreaterThan(0);
      await sees(canvas, "Reconnecting");
    });
    await step("everything arrives, once", async () => {
      await stage.until(settled(tab));
      await stage.advance(2_000);
      await expect(settledAs(tab, "acked")).toBe(200);
      await expect(heard.data()).toEqual(lines(200));
      await sees(canvas, "Connected");
    });
  },
});
