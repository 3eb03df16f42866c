import type { Meta } from "@storybook/react-vite";
import { useResilientClient } from "resilient-socket";
import type { Message } from "resilient-socket/core";
import { useState } from "react";
import { expect } from "storybook/test";
import { connected, settled } from "../stage/conditions.ts";
import type { Controls } from "../stage/controls.ts";
import { channel, lines } from "../stage/count.ts";
import { scene, sceneMeta, sees } from "../stage/scene.tsx";
import { Card } from "../ui/Card.tsx";
import { Lines } from "../ui/Lines.tsx";

const meta: Meta<Controls> = { title: "Hooks/useResilientClient", ...sceneMeta };
export default meta;

function Price() {
  const client = useResilientClient();
  const [answer, setAnswer] = useState("not asked");
  const ask = async (): Promise<void> => {
    setAnswer("asked");
    const { data } = await client.request<{ cents: number }>({ price: "ACME" });
    setAnswer(`${data.cents} cents`);
  };
  return (
    <p className="actions">
      <button onClick={() => void ask()}>Ask the price</button> {answer}
    </p>
  );
}

export const Request = scene({
  says: "A question and its answer, through every break: the server is killed while it thinks, and the answer comes all the same.",
  world: { server: { onMessage: ({ payload }, { reply }) => (reply({ cents: 4_200 }), payload) } },
  cast: (stage) => {
    stage.world.store.pace({ beforeCommitMs: 300, afterCommitMs: 300 });
    return { tab: stage.openTab() };
  },
  view: ({ tab, stage: { world } }) => (
    <Card client={tab} actions={<button onClick={() => world.restartServer()}>Restart the server</button>}>
      <Price />
    </Card>
  ),
  play: async ({ tab, stage, canvas, userEvent }) => {
    await stage.until(connected(tab));
    await userEvent.click(await canvas.findByRole("button", { name: "Ask the price" }));
    await stage.until(() => tab.outbox.state.get().inFlight === 1);
    await stage.advance(400);
    stage.world.restartServer();
    await stage.until(settled(tab));
    await stage.advance(1_000);
    await sees(canvas, "4200 cents");
  },
});

function Archive() {
  const client = useResilientClient();
  const [pages, setPages] = useState<readonly Message[]>([]);
  const [atStart, setAtStart] = useState(false);
  const older = async (): Promise<void> => {
    const page = await client.history(channel, { before: pages[0]?.seq, limit: 5 });
    setPages([...page, ...pages]);
    setAtStart(page.length < 5);
  };
  return (
    <>
      <p>
        <button disabled={atStart} onClick={() => void older()}>
          Five older ones
        </button>{" "}
        <span className="muted">{pages.length} read</span>
      </p>
      <Lines messages={pages.slice(0, 5)} />
    </>
  );
}

export const History = scene({
  says: "A channel's past, page by page. Fewer than asked for means that the log goes no further back.",
  cast: (stage) => {
    for (const line of lines(12)) void stage.world.server().publish(channel, line);
    return { tab: stage.openTab() };
  },
  view: ({ tab }) => (
    <Card client={tab}>
      <Archive />
    </Card>
  ),
  play: async ({ tab, stage, canvas, userEvent }) => {
    await stage.until(connected(tab));
    const more = await canvas.findByRole("button", { name: "Five older ones" });
    for (const read of [5, 10, 12]) {
      await userEvent.click(more);
      await stage.advance(500);
      await sees(canvas, `${read} read`);
    }
    await expect(more).toBeDisabled();
    await expect(tab.state.get().name).toBe("connected");
  },
});
