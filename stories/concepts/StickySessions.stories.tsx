import type { Meta } from "@storybook/react-vite";
import { expect } from "storybook/test";
import { connected, settled } from "../stage/conditions.ts";
import type { Controls } from "../stage/controls.ts";
import { channel, heardTwice, lines, settledAs } from "../stage/count.ts";
import type { Stage } from "../stage/createStage.ts";
import { scene, sceneMeta } from "../stage/scene.tsx";
import { Figures } from "../ui/Figures.tsx";
import { TabCard } from "../ui/TabCard.tsx";

const meta: Meta<Controls> = { title: "Concepts/Sticky sessions", ...sceneMeta };
export default meta;

const nodes = 3;

const cast = (stage: Stage) => {
  const tab = stage.openTab();
  const reader = stage.openTab();
  reader.connect();
  return { tab, reader, heard: reader.watch(channel) };
};

/** Each process in turn, as a rolling deploy does. */
const roll = async ({ world }: Stage, pause: (ms: number) => Promise<void>): Promise<void> => {
  for (let node = 0; node < nodes; node++) {
    world.restartServer({ node });
    await pause(3_000);
  }
};

export const RollingRestart = scene({
  says:
    "Three server processes behind a balancer that sends every connection wherever it likes. All three are restarted, one after the other, " +
    "while messages flow: each reconnect lands somewhere else, and the log goes on.",
  world: { nodes },
  cast,
  view: ({ tab, reader, heard, stage: { world } }) => (
    <TabCard
      client={tab}
      actions={
        <>
          <button onClick={() => lines(20).forEach((line) => tab.send(line, { channel }))}>Send 20</button>
          {Array.from({ length: nodes }, (_, node) => (
            <button key={node} onClick={() => world.restartServer({ node })}>
              Restart process {node + 1}
            </button>
          ))}
        </>
      }
    >
      <Figures
        of={{
          "sockets opened": tab.sockets().length + reader.sockets().length,
          acknowledged: settledAs(tab, "acked"),
          "heard elsewhere": heard.messages.length,
          "heard twice": heardTwice(heard),
        }}
      />
    </TabCard>
  ),
  play: async ({ tab, reader, heard, stage }) => {
    await stage.until(connected(tab, reader));
    let sent = 0;
    await roll(stage, async (ms) => {
      for (let passed = 0; passed < ms; passed += 100) {
        sent++;
        tab.send(`line ${sent}`, { channel });
        await stage.advance(100);
      }
    });
    await stage.until(settled(tab));
    await stage.advance(5_000);
    await expect(tab.sockets().length).toBeGreaterThan(1);
    await expect(settledAs(tab, "acked")).toBe(sent);
    await expect(heard.data()).toEqual(lines(sent));
  },
});
