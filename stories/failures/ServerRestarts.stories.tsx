import type { Meta } from "@storybook/react-vite";
import type { Tab, Watch } from "resilient-socket/testing";
import { expect } from "storybook/test";
import { scene, sceneMeta, sees } from "../stage/scene.tsx";
import type { Controls } from "../stage/controls.ts";
import { Figures } from "../ui/Figures.tsx";
import { TabCard } from "../ui/TabCard.tsx";

const meta: Meta<Controls> = { title: "Failures/The server restarts during a burst", ...sceneMeta };
export default meta;

const channel = "room:42";

const burst = (tab: Tab, size: number): void => {
  for (let i = 1; i <= size; i++) tab.send(`line ${i}`, { channel });
};

const settledAs = (tab: Tab, kind: string): number =>
  tab.record.settled.filter(({ settlement }) => settlement.kind === kind).length;

/** Heard twice by the one who listens: 0, or the guarantee is broken. */
const twice = ({ messages }: Watch): number => messages.length - new Set(messages.map(({ seq }) => seq)).size;

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
          "heard twice": twice(heard),
        }}
      />
    </TabCard>
  ),
  play: async ({ tab, heard, stage, canvas, step }) => {
    await step("connect", () => stage.until(() => tab.state.get().name === "connected"));
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
      await stage.until(() => tab.outbox.state.get().depth === 0);
      await stage.advance(2_000);
      await expect(settledAs(tab, "acked")).toBe(200);
      await expect(heard.data()).toEqual(Array.from({ length: 200 }, (_, i) => `line ${i + 1}`));
      await sees(canvas, "Connected");
    });
  },
});
