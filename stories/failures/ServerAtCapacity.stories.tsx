import type { Meta } from "@storybook/react-vite";
import type { Tab } from "resilient-socket/testing";
import { expect } from "storybook/test";
import type { Controls } from "../stage/controls.ts";
import { scene, sceneMeta } from "../stage/scene.tsx";
import { Crowd } from "../ui/Crowd.tsx";
import { Figures } from "../ui/Figures.tsx";

const meta: Meta<Controls> = { title: "Failures/The server is at capacity", ...sceneMeta };
export default meta;

const clients = 160;
const perSecond = 10;

const connected = (tabs: readonly Tab[]): number =>
  tabs.filter((tab) => tab.state.get().name === "connected").length;
const attempts = (tabs: readonly Tab[]): number => tabs.reduce((sum, tab) => sum + tab.sockets().length, 0);

export const EverybodyAtOnce = scene({
  says:
    "A server that takes ten clients a second, in bursts of a hundred, meets a hundred and sixty. Those it has no time for are told when " +
    "to come again, each at its own moment; nobody is lost and nobody hammers.",
  world: { server: { acceptPerSecond: perSecond } },
  cast: (stage) => ({
    tabs: Array.from({ length: clients }, (_, i) => stage.openTab({ auth: () => ({ token: `user ${i}` }) })),
  }),
  view: ({ tabs, stage: { world } }) => (
    <section className="card">
      <Crowd tabs={tabs} />
      <Figures
        of={{ inside: connected(tabs), outside: clients - connected(tabs), "sockets opened": attempts(tabs) }}
      />
      <div className="actions">
        <button onClick={() => tabs.forEach((tab) => tab.connect())}>All connect</button>
        <button onClick={() => world.restartServer()}>Restart the server</button>
      </div>
    </section>
  ),
  play: async ({ tabs, stage, step }) => {
    await step("a hundred get in at once", async () => {
      tabs.forEach((tab) => tab.connect());
      await stage.advance(500);
      await expect(connected(tabs)).toBeGreaterThanOrEqual(100);
      await expect(connected(tabs)).toBeLessThan(clients);
      const outside = tabs.filter((tab) => tab.state.get().name === "reconnecting");
      await expect(new Set(outside.map((tab) => JSON.stringify(tab.state.get()))).size).toBe(outside.length);
    });
    await step("the others follow within seconds, with few knocks", async () => {
      await stage.until(() => connected(tabs) === clients, 60_000);
      await expect(attempts(tabs)).toBeLessThan(3 * clients);
    });
    await step("after a restart they come back over the advised spread", async () => {
      const { nowMs } = stage.clock();
      stage.world.restartServer();
      await stage.advance(1_000);
      await expect(connected(tabs)).toBeLessThan(clients / 2);
      await stage.until(() => connected(tabs) === clients, 120_000);
      await expect(stage.clock().nowMs - nowMs).toBeGreaterThan(5_000);
    });
  },
});
