import type { Meta } from "@storybook/react-vite";
import { useLastMessage } from "resilient-socket";
import type { Message } from "resilient-socket/core";
import { memo, useEffect } from "react";
import { expect } from "storybook/test";
import { connected } from "../stage/conditions.ts";
import type { Controls } from "../stage/controls.ts";
import { countRenders, type RenderCount } from "../stage/countRenders.ts";
import type { Stage } from "../stage/createStage.ts";
import { scene, sceneMeta, sees } from "../stage/scene.tsx";
import { Card } from "../ui/Card.tsx";
import { Figures } from "../ui/Figures.tsx";

const meta: Meta<Controls> = { title: "Hooks/useLastMessage", ...sceneMeta };
export default meta;

interface Price {
  readonly cents: number;
  readonly trend: "up" | "down";
}
const channel = "prices:ACME";
const priceOf = ({ data }: Message): number => (data as Price).cents;
const trendOf = ({ data }: Message): string => (data as Price).trend;

function Ticker() {
  const cents = useLastMessage(channel, priceOf);
  return <p>ACME {cents === undefined ? "not heard yet" : `€ ${(cents / 100).toFixed(2)}`}</p>;
}

const Trend = memo(function Trend({ rendered }: Pick<RenderCount, "rendered">) {
  useEffect(rendered);
  return <p>Trend: {useLastMessage(channel, trendOf) ?? "none"}</p>;
});

/** A price every 200 ms, for ten seconds up, then down, and so on. */
const trade = ({ world }: Stage): void => {
  let cents = 10_000;
  const next = (i: number): void => {
    const trend = Math.floor(i / 50) % 2 === 0 ? "up" : "down";
    cents += trend === "up" ? 5 : -5;
    if (world.isUp()) void world.server().publish(channel, { cents, trend });
    world.clock.after(200, () => next(i + 1));
  };
  world.clock.after(1_000, () => next(0));
};

export const Ticking = scene({
  says:
    "A channel as a state: the price renders five times a second, the trend only when it turns. Both read one subscription. After a break " +
    "they show the present, without the prices in between.",
  cast: (stage) => {
    trade(stage);
    return { tab: stage.openTab(), count: countRenders() };
  },
  view: ({ tab, count, stage: { world } }) => (
    <Card client={tab} actions={<button onClick={() => world.restartServer()}>Restart the server</button>}>
      <Ticker />
      <Trend rendered={count.rendered} />
      <Figures of={{ "renders of the trend": count.total() }} />
    </Card>
  ),
  play: async ({ tab, count, stage, canvas }) => {
    await stage.until(connected(tab));
    await stage.advance(5_000);
    await sees(canvas, "Trend: up");
    await sees(canvas, /€ 101/);
    const before = count.total();
    await stage.advance(5_000);
    await expect(count.total()).toBe(before);
    await stage.advance(2_000);
    await sees(canvas, "Trend: down");
    const subscribed = tab.sockets().flatMap((socket) => socket.frames().filter(({ t }) => t === "sub"));
    await expect(subscribed.length).toBeLessThanOrEqual(1);
  },
});
