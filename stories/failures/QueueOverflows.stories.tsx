import type { Meta } from "@storybook/react-vite";
import type { Tab } from "resilient-socket/testing";
import { expect } from "storybook/test";
import { connected, settled } from "../stage/conditions.ts";
import type { Controls } from "../stage/controls.ts";
import { channel, lines, settledAs } from "../stage/count.ts";
import type { Stage } from "../stage/createStage.ts";
import { scene, sceneMeta } from "../stage/scene.tsx";
import { Figures } from "../ui/Figures.tsx";
import { ServerSwitch } from "../ui/ServerSwitch.tsx";
import { TabCard } from "../ui/TabCard.tsx";

const meta: Meta<Controls> = { title: "Failures/The outbox overflows", ...sceneMeta };
export default meta;

const capacity = 40;
const policies = ["reject", "evict-oldest", "wait"] as const;
const titles = { reject: "Reject", "evict-oldest": "Evict the oldest", wait: "Wait for room" };

const cast = (stage: Stage) => ({
  pages: policies.map((overflow) => ({
    overflow,
    tab: stage.openTab({ outbox: { capacity, overflow }, identity: overflow }),
  })),
});
type Pages = ReturnType<typeof cast>["pages"];

const flood = (pages: Pages, size: number) =>
  pages.map(({ tab }) => lines(size).map((line) => tab.send(line, { channel })));

const ends = (tab: Tab) => (
  <Figures
    of={{
      acknowledged: settledAs(tab, "acked"),
      refused: settledAs(tab, "rejected", "QUEUE_FULL"),
      evicted: settledAs(tab, "evicted"),
    }}
  />
);

export const ThreePolicies = scene({
  says:
    "The server is away and sixty messages meet an outbox for forty. Each policy decides about the other twenty in its own way, and each " +
    "receipt says what became of its message: nothing is dropped in silence.",
  cast,
  view: ({ pages }) => (
    <>
      <div className="actions">
        <button onClick={() => flood(pages, 60)}>Send 60 on each</button>
        <ServerSwitch />
      </div>
      <div className="cards">
        {pages.map(({ overflow, tab }) => (
          <TabCard key={overflow} client={tab} title={titles[overflow]}>
            {ends(tab)}
          </TabCard>
        ))}
      </div>
    </>
  ),
  play: async ({ pages, stage, step }) => {
    const [reject, evict, wait] = pages.map(({ tab }) => tab) as [Tab, Tab, Tab];
    await stage.until(connected(...pages.map(({ tab }) => tab)));
    stage.world.crashServer();
    await stage.until(() => pages.every(({ tab }) => tab.state.get().name === "reconnecting"));

    await step("sixty messages for forty places", async () => {
      const [refused, evicted, waiting] = flood(pages, 60);
      await stage.advance(100);
      for (const { tab } of pages)
        await expect(tab.outbox.state.get()).toMatchObject({ depth: 40, saturation: 1 });
      await expect(settledAs(reject, "rejected", "QUEUE_FULL")).toBe(20);
      await expect(refused!.at(-1)!.status.get()).toMatchObject({ kind: "rejected", by: "client" });
      await expect(settledAs(evict, "evicted")).toBe(20);
      await expect(evicted![0]!.status.get()).toEqual({ kind: "evicted" });
      await expect(wait.outbox.state.get().waiting).toBe(20);
      await expect(waiting!.at(-1)!.status.get()).toEqual({ kind: "waiting" });
    });

    await step("the server is back", async () => {
      stage.world.startServer();
      await stage.until(settled(...pages.map(({ tab }) => tab)), 120_000);
      await stage.advance(1_000);
      await expect(pages.map(({ tab }) => settledAs(tab, "acked"))).toEqual([40, 40, 60]);
    });
  },
});
