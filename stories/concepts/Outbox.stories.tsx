import type { Meta } from "@storybook/react-vite";
import type { OutboxEntry } from "resilient-socket/core";
import { useOutbox } from "resilient-socket";
import { expect } from "storybook/test";
import { settled } from "../stage/conditions.ts";
import type { Controls } from "../stage/controls.ts";
import { channel, lines } from "../stage/count.ts";
import { scene, sceneMeta } from "../stage/scene.tsx";
import { Card } from "../ui/Card.tsx";
import { ServerSwitch } from "../ui/ServerSwitch.tsx";
import { Timeline } from "../ui/Timeline.tsx";

const meta: Meta<Controls> = { title: "Concepts/The outbox", ...sceneMeta };
export default meta;

const numberOf = ({ payload }: OutboxEntry): string => String(payload).replace("line ", "");

/** Where each message is. */
function Lanes({ stored }: { readonly stored: readonly string[] }) {
  const entries = useOutbox();
  const lanes = {
    queued: entries.filter(({ status }) => status === "queued").map(numberOf),
    "in flight": entries.filter(({ status }) => status === "inFlight").map(numberOf),
    acknowledged: stored,
  };
  return (
    <dl className="lanes">
      {Object.entries(lanes).map(([name, numbers]) => (
        <div key={name}>
          <dt>
            {name} <strong>{numbers.length}</strong>
          </dt>
          <dd>
            {numbers.slice(-24).map((number) => (
              <span key={number} className="chip">
                {number}
              </span>
            ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}

export const OnTheirWay = scene({
  says:
    "Messages wait, travel, and leave the outbox only when the server has stored them. Cut the connection while some travel: they go back to " +
    "the queue, and the server will know those it has.",
  args: { latencyMs: 250 },
  cast: (stage) => {
    stage.world.store.pace({ beforeCommitMs: 150, afterCommitMs: 150 });
    const tab = stage.openTab();
    const stored: string[] = [];
    let sent = 0;
    const send = (count: number): void => {
      for (const line of lines(count, sent + 1)) {
        const receipt = tab.send(line, { channel });
        void receipt.settled.then(({ kind }) => kind === "acked" && stored.push(line.replace("line ", "")));
      }
      sent += count;
    };
    return { tab, stored, send };
  },
  view: ({ tab, stored, send, stage: { world } }) => (
    <Card
      client={tab}
      actions={
        <>
          <button onClick={() => send(1)}>Send 1</button>
          <button onClick={() => send(10)}>Send 10</button>
          <button onClick={() => world.network.cut()}>Cut the connection</button>
          <ServerSwitch />
        </>
      }
    >
      <Lanes stored={[...stored]} />
      <Timeline client={tab} />
    </Card>
  ),
  play: async ({ tab, stored, send, stage, step }) => {
    const statuses = (): Readonly<Record<string, number>> => {
      const all = tab.outbox.entries.get().map(({ status }) => status);
      return {
        queued: all.filter((one) => one === "queued").length,
        inFlight: all.filter((one) => one === "inFlight").length,
      };
    };
    await step("sent before there is a connection", async () => {
      send(6);
      await expect(statuses()).toEqual({ queued: 6, inFlight: 0 });
    });
    await step("in flight", async () => {
      await stage.until(() => tab.outbox.state.get().inFlight === 6);
      await expect(stored).toHaveLength(0);
    });
    await step("the connection is cut; nobody knows what arrived", async () => {
      await stage.advance(300);
      stage.world.network.cut();
      send(4);
      await stage.advance(10);
      await expect(tab.outbox.state.get().depth).toBe(10);
    });
    await step("acknowledged, each once", async () => {
      await stage.until(settled(tab));
      await stage.advance(0);
      await expect(stored).toEqual(lines(10).map((line) => line.replace("line ", "")));
      await expect(await stage.world.store.head(channel)).toMatchObject({ seq: 10 });
    });
  },
});
