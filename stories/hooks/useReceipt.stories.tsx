import type { Meta } from "@storybook/react-vite";
import { useReceipt } from "resilient-socket";
import type { Receipt, SendOptions } from "resilient-socket/core";
import type { Tab } from "resilient-socket/testing";
import { expect } from "storybook/test";
import { connected } from "../stage/conditions.ts";
import type { Controls } from "../stage/controls.ts";
import { channel } from "../stage/count.ts";
import type { Stage } from "../stage/createStage.ts";
import { scene, sceneMeta, sees } from "../stage/scene.tsx";
import { Card } from "../ui/Card.tsx";

const meta: Meta<Controls> = { title: "Hooks/useReceipt", ...sceneMeta };
export default meta;

function Line({ text, receipt }: { readonly text: string; readonly receipt: Receipt }) {
  const status = useReceipt(receipt);
  const more = status.kind === "rejected" ? status.code : status.kind === "acked" ? `seq ${status.seq}` : "";
  return (
    <li>
      {text}
      <span className="muted">{more}</span>
      <span className="tag" data-kind={status.kind}>
        {status.kind}
      </span>
    </li>
  );
}

interface Sent {
  readonly text: string;
  readonly receipt: Receipt;
}

const cast = (stage: Stage) => {
  const tab = stage.openTab();
  const sent: Sent[] = [];
  const send = (text: string, options?: SendOptions): Receipt => {
    const receipt = tab.send(text, { channel, ...options });
    sent.push({ text, receipt });
    return receipt;
  };
  stage.world.store.pace({ beforeCommitMs: 400 });
  return { tab, sent, send };
};
type Cast = {
  readonly tab: Tab;
  readonly sent: readonly Sent[];
  readonly send: (text: string, options?: SendOptions) => Receipt;
};

const view = ({ tab, sent, send }: Cast) => (
  <Card
    client={tab}
    actions={
      <>
        <button onClick={() => send("a line")}>Send</button>
        <button onClick={() => send("for the board", { channel: "board" })}>Send where it may not</button>
        <button onClick={() => send("at once or never", { ttlMs: 100 })}>Send for 100 ms</button>
      </>
    }
  >
    <ol className="entries" aria-label="Sent">
      {sent.slice(-6).map(({ text, receipt }) => (
        <Line key={receipt.id} text={text} receipt={receipt} />
      ))}
      {sent.length === 0 && <li className="muted">Nothing was sent yet.</li>}
    </ol>
  </Card>
);

const world = {
  server: { authorize: ({ channel: name }: { readonly channel: string }) => name !== "board" },
};

export const Stored = scene({
  says: "A message on its way, from queued over in flight to its place in the channel's log. The store takes 0.4 s here.",
  world,
  cast,
  view,
  play: async ({ tab, send, stage, canvas, step }) => {
    const receipt = send("a line");
    await expect(receipt.status.get()).toEqual({ kind: "queued" });
    await step("in flight", async () => {
      await stage.until(() => receipt.status.get().kind === "inFlight");
      await sees(canvas, "inFlight");
      await expect(tab.outbox.state.get().inFlight).toBe(1);
    });
    await step("stored", async () => {
      await stage.until(() => receipt.status.get().kind === "acked");
      await expect(await receipt.settled).toMatchObject({ kind: "acked", seq: 1 });
      await sees(canvas, "acked");
    });
  },
});

export const Refused = scene({
  says: "Every end is told: the server refuses one message and the time of another runs out. Neither is in the log.",
  world,
  cast,
  view,
  play: async ({ tab, send, stage, canvas }) => {
    await stage.until(connected(tab));
    const refused = send("for the board", { channel: "board" });
    await stage.until(() => refused.status.get().kind === "rejected");
    await expect(refused.status.get()).toMatchObject({ code: "FORBIDDEN", by: "server" });
    stage.world.crashServer();
    await stage.advance(1_000);
    const late = send("at once or never", { ttlMs: 100 });
    await stage.until(() => late.status.get().kind === "expired");
    await sees(canvas, "rejected");
    await sees(canvas, "expired");
    await expect(tab.outbox.state.get().depth).toBe(0);
  },
});
