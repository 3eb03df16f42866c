import type { Meta } from "@storybook/react-vite";
import { useCanSend, useResilientWS } from "resilient-socket";
import { expect } from "storybook/test";
import { connected, settled } from "../stage/conditions.ts";
import type { Controls } from "../stage/controls.ts";
import { channel } from "../stage/count.ts";
import { scene, sceneMeta } from "../stage/scene.tsx";
import { Card } from "../ui/Card.tsx";
import { OutboxMeter } from "../ui/OutboxMeter.tsx";
import { ServerSwitch } from "../ui/ServerSwitch.tsx";

const meta: Meta<Controls> = { title: "Hooks/useCanSend", ...sceneMeta };
export default meta;

function Composer() {
  const canSend = useCanSend();
  const { send } = useResilientWS({ channel });
  return (
    <p>
      <button disabled={!canSend} onClick={() => send("hello")}>
        {canSend ? "Say hello" : "Cannot send now"}
      </button>
    </p>
  );
}

export const WhileAway = scene({
  says:
    "A connection that is away is no reason to disable a button: what is sent waits. A full outbox is one, and so is a connection that has " +
    "stopped for good.",
  world: { server: { authenticate: (token) => (token === "out" ? null : { subject: "ada" }) } },
  cast: (stage) => {
    let token = "in";
    const tab = stage.openTab({ outbox: { capacity: 3 }, auth: () => ({ token }) });
    return { tab, signOut: () => void (token = "out") };
  },
  view: ({ tab, signOut }) => (
    <Card
      client={tab}
      actions={
        <>
          <ServerSwitch />
          <button onClick={signOut}>Sign out elsewhere</button>
        </>
      }
    >
      <OutboxMeter />
      <Composer />
    </Card>
  ),
  play: async ({ tab, signOut, stage, canvas, step, userEvent }) => {
    const hello = () => canvas.findByRole("button", { name: "Say hello" });
    const cannot = () => canvas.findByRole("button", { name: "Cannot send now" });
    await stage.until(connected(tab));
    await step("away: it takes three", async () => {
      stage.world.crashServer();
      await stage.advance(1_000);
      for (let i = 0; i < 3; i++) await userEvent.click(await hello());
      await expect(await cannot()).toBeDisabled();
      await expect(tab.outbox.state.get()).toMatchObject({ depth: 3, saturation: 1 });
    });
    await step("back: room again", async () => {
      stage.world.startServer();
      await stage.until(settled(tab));
      await expect(await hello()).toBeEnabled();
    });
    await step("stopped for good", async () => {
      signOut();
      stage.world.restartServer();
      await stage.until(() => tab.state.get().name === "failed");
      await expect(await cannot()).toBeDisabled();
    });
  },
});
