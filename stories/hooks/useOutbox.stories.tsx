import type { Meta } from "@storybook/react-vite";
import { useOutbox, useResilientClient } from "resilient-socket";
import { expect } from "storybook/test";
import { connected } from "../stage/conditions.ts";
import type { Controls } from "../stage/controls.ts";
import { channel, lines } from "../stage/count.ts";
import { scene, sceneMeta, sees } from "../stage/scene.tsx";
import { Card } from "../ui/Card.tsx";
import { ServerSwitch } from "../ui/ServerSwitch.tsx";

const meta: Meta<Controls> = { title: "Hooks/useOutbox", ...sceneMeta };
export default meta;

function Outbox({ of }: { readonly of?: string }) {
  const entries = useOutbox(of);
  const { outbox } = useResilientClient();
  return (
    <ol className="entries" aria-label="Not settled yet">
      {entries.map(({ id, payload, status }) => (
        <li key={id}>
          {String(payload)}
          <span className="tag" data-kind={status}>
            {status}
          </span>
          <button onClick={() => outbox.cancel(id)} aria-label={`Take back: ${String(payload)}`}>
            Take back
          </button>
        </li>
      ))}
      {entries.length === 0 && <li className="muted">Everything is settled.</li>}
    </ol>
  );
}

export const TakenBack = scene({
  says: "What is not settled, each with its status, and a way to take it back before it leaves. The middle one is taken back; the others go out.",
  cast: (stage) => ({ tab: stage.openTab() }),
  view: ({ tab }) => (
    <Card
      client={tab}
      actions={
        <>
          <button onClick={() => tab.send("a line", { channel })}>Send</button>
          <ServerSwitch />
        </>
      }
    >
      <Outbox />
    </Card>
  ),
  play: async ({ tab, stage, canvas, step, userEvent }) => {
    await stage.until(connected(tab));
    stage.world.crashServer();
    await stage.advance(1_000);
    const receipts = lines(3).map((line) => tab.send(line, { channel }));
    await step("three wait; one is taken back", async () => {
      await sees(canvas, "line 3");
      await userEvent.click(await canvas.findByRole("button", { name: "Take back: line 2" }));
      await expect(receipts[1]!.status.get()).toEqual({ kind: "aborted" });
      await expect(tab.outbox.entries.get().map(({ payload }) => payload)).toEqual(["line 1", "line 3"]);
    });
    await step("the others are in the log", async () => {
      stage.world.startServer();
      await stage.until(() => tab.outbox.entries.get().length === 0);
      await expect(receipts.map(({ status }) => status.get().kind)).toEqual(["acked", "aborted", "acked"]);
      await sees(canvas, "Everything is settled.");
    });
  },
});

export const OfOneChannel = scene({
  says: "Only one channel's: a chat window shows its own lines and does not render for another's.",
  cast: (stage) => ({ tab: stage.openTab() }),
  view: ({ tab }) => (
    <Card
      client={tab}
      actions={
        <>
          <button onClick={() => tab.send("for 42", { channel })}>Send to room 42</button>
          <button onClick={() => tab.send("for 43", { channel: "room:43" })}>Send to room 43</button>
        </>
      }
    >
      <h2>Room 42</h2>
      <Outbox of={channel} />
      <h2>Room 43</h2>
      <Outbox of="room:43" />
    </Card>
  ),
  play: async ({ tab, stage, canvas }) => {
    stage.world.crashServer();
    tab.send("for 42", { channel });
    tab.send("for 43", { channel: "room:43" });
    await stage.advance(100);
    const [here, there] = await canvas.findAllByRole("list");
    await expect(here).toHaveTextContent("for 42");
    await expect(here).not.toHaveTextContent("for 43");
    await expect(there).toHaveTextContent("for 43");
    await expect(tab.outbox.state.get().depth).toBe(2);
  },
});
