import type { Meta } from "@storybook/react-vite";
import { useSubscription } from "resilient-socket";
import type { Continuity, Message } from "resilient-socket/core";
import { memo, useEffect, useState } from "react";
import { expect } from "storybook/test";
import { connected } from "../stage/conditions.ts";
import type { Controls } from "../stage/controls.ts";
import { channel, lines } from "../stage/count.ts";
import { countRenders, type RenderCount } from "../stage/countRenders.ts";
import { scene, sceneMeta, sees } from "../stage/scene.tsx";
import { Card } from "../ui/Card.tsx";
import { Figures } from "../ui/Figures.tsx";
import { Lines } from "../ui/Lines.tsx";

const meta: Meta<Controls> = { title: "Hooks/useSubscription", ...sceneMeta };
export default meta;

function Room() {
  const [heard, setHeard] = useState<readonly Message[]>([]);
  const [continuity, setContinuity] = useState<Continuity>();
  useSubscription(channel, (message) => setHeard((before) => [...before, message]), {
    onContinuity: setContinuity,
  });
  return (
    <>
      <Lines messages={heard} />
      <p>
        {heard.length} heard
        {continuity && (
          <span className="muted">
            ; after the last break {continuity.result}, {continuity.replayed} of them late
          </span>
        )}
      </p>
    </>
  );
}

export const EveryMessage = scene({
  says:
    "Every message, in order, once. What was said while the connection was away comes first when it is back, marked as replayed; with loss " +
    "turned up, the log repairs what the node never heard of.",
  args: { loss: 0.3 },
  cast: (stage) => ({ tab: stage.openTab() }),
  view: ({ tab, stage: { world } }) => (
    <Card
      client={tab}
      actions={
        <>
          <button onClick={() => void world.server().publish(channel, "hello from elsewhere")}>
            Somebody says hello
          </button>
          <button onClick={() => world.network.cut()}>Cut the connection</button>
        </>
      }
    >
      <Room />
    </Card>
  ),
  play: async ({ tab, stage, canvas, step }) => {
    await stage.until(connected(tab));
    const say = async (from: number, count: number): Promise<void> => {
      for (const line of lines(count, from)) await stage.world.server().publish(channel, line);
    };
    await step("live", async () => {
      await say(1, 10);
      await stage.advance(1_000);
    });
    await step("five while it is away", async () => {
      stage.world.network.refuse(true);
      stage.world.network.cut();
      await say(11, 5);
      await stage.advance(2_000);
      stage.world.network.refuse(false);
      await stage.until(connected(tab));
      await say(16, 1);
      await stage.advance(30_000);
    });
    await sees(canvas, /^16 heard/);
    await sees(canvas, /line 16/);
    await expect(tab.outbox.state.get().depth).toBe(0);
  },
});

const Prices = memo(function Prices({ rendered }: Pick<RenderCount, "rendered">) {
  useEffect(rendered);
  const [heard, setHeard] = useState(0);
  useSubscription("prices", (messages) => setHeard((before) => before + messages.length), { batch: "frame" });
  return <p>{heard} prices heard</p>;
});

export const InBatches = scene({
  says: "A burst of a thousand messages, heard in batches: a handful of renders instead of a thousand.",
  cast: (stage) => ({ tab: stage.openTab(), count: countRenders() }),
  view: ({ tab, count, stage: { world } }) => (
    <Card
      client={tab}
      actions={
        <button onClick={() => lines(1_000).forEach((line) => void world.server().publish("prices", line))}>
          A thousand prices
        </button>
      }
    >
      <Prices rendered={count.rendered} />
      <Figures of={{ renders: count.total() }} />
    </Card>
  ),
  play: async ({ tab, count, stage, canvas }) => {
    await stage.until(connected(tab));
    const before = count.total();
    for (const line of lines(1_000)) void stage.world.server().publish("prices", line);
    await stage.advance(2_000);
    await sees(canvas, "1000 prices heard");
    await expect(count.total() - before).toBeLessThan(20);
  },
});
