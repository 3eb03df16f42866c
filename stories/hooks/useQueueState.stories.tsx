import type { Meta } from "@storybook/react-vite";
import { memo, useEffect } from "react";
import { useQueueState } from "resilient-socket";
import { expect } from "storybook/test";
import { connected, settled } from "../stage/conditions.ts";
import type { Controls } from "../stage/controls.ts";
import { countRenders, type RenderCount } from "../stage/countRenders.ts";
import { channel, lines } from "../stage/count.ts";
import { scene, sceneMeta, sees } from "../stage/scene.tsx";
import { Card } from "../ui/Card.tsx";
import { Figures } from "../ui/Figures.tsx";
import { ServerSwitch } from "../ui/ServerSwitch.tsx";

const meta: Meta<Controls> = { title: "Hooks/useQueueState", ...sceneMeta };
export default meta;

function Queue() {
  const { depth, inFlight, capacity, saturation, bytes, lastFlushMs, durability } = useQueueState();
  return (
    <Figures
      of={{
        depth: `${depth} of ${capacity}`,
        inFlight,
        saturation: `${Math.round(saturation * 100)} %`,
        bytes,
        lastFlushMs: lastFlushMs === null ? "none yet" : Math.round(lastFlushMs),
        durability,
      }}
    />
  );
}

/** Four levels instead of every message. */
const levelOf = ({ saturation }: { readonly saturation: number }): string =>
  saturation >= 1 ? "full" : saturation > 0.5 ? "slow down" : saturation > 0 ? "filling" : "empty";

const Level = memo(function Level({ rendered }: Pick<RenderCount, "rendered">) {
  useEffect(rendered);
  return <p>Outbox: {useQueueState(levelOf)}</p>;
});

export const InNumbers = scene({
  says: "The outbox in numbers, while the server is away and when it is back.",
  cast: (stage) => ({ tab: stage.openTab({ outbox: { capacity: 40 } }) }),
  view: ({ tab }) => (
    <Card
      client={tab}
      actions={
        <>
          <button onClick={() => lines(10).forEach((line) => tab.send(line, { channel }))}>Send 10</button>
          <ServerSwitch />
        </>
      }
    >
      <Queue />
    </Card>
  ),
  play: async ({ tab, stage, canvas, step }) => {
    await stage.until(connected(tab));
    await step("it fills", async () => {
      stage.world.crashServer();
      await stage.advance(1_000);
      lines(30).forEach((line) => tab.send(line, { channel }));
      await stage.advance(100);
      await expect(tab.outbox.state.get()).toMatchObject({ depth: 30, inFlight: 0, saturation: 0.75 });
      await sees(canvas, "30 of 40");
      await sees(canvas, "75 %");
    });
    await step("it empties", async () => {
      stage.world.startServer();
      await stage.until(settled(tab));
      await sees(canvas, "0 of 40");
      await expect(tab.outbox.state.get().lastFlushMs).toBeGreaterThan(0);
    });
  },
});

export const Selector = scene({
  says: "A component that shows four levels renders when the level changes, not for every message.",
  cast: (stage) => ({ tab: stage.openTab({ outbox: { capacity: 40 } }), count: countRenders() }),
  view: ({ tab, count }) => (
    <Card
      client={tab}
      actions={
        <button onClick={() => lines(10).forEach((line) => tab.send(line, { channel }))}>Send 10</button>
      }
    >
      <Level rendered={count.rendered} />
      <Figures of={{ messages: tab.outbox.state.get().depth, renders: count.total() }} />
    </Card>
  ),
  play: async ({ tab, count, stage, canvas }) => {
    await stage.until(connected(tab));
    stage.world.crashServer();
    await stage.advance(1_000);
    tab.send("first", { channel });
    await sees(canvas, "Outbox: filling");
    const before = count.total();
    for (const line of lines(19)) {
      tab.send(line, { channel });
      await stage.advance(10);
    }
    await expect(count.total()).toBe(before);
    lines(20).forEach((line) => tab.send(line, { channel }));
    await sees(canvas, "Outbox: full");
    await expect(tab.outbox.state.get().saturation).toBe(1);
  },
});
