import type { Meta } from "@storybook/react-vite";
import { useConnectionState } from "resilient-socket";
import { messages } from "resilient-socket/banner";
import type { StateName } from "resilient-socket/core";
import { expect } from "storybook/test";
import type { Controls } from "../stage/controls.ts";
import { channel } from "../stage/count.ts";
import type { Stage } from "../stage/createStage.ts";
import { scene, sceneMeta } from "../stage/scene.tsx";
import { trailOf } from "../stage/trail.ts";
import { Card } from "../ui/Card.tsx";
import { ServerSwitch } from "../ui/ServerSwitch.tsx";
import { Timeline } from "../ui/Timeline.tsx";

const meta: Meta<Controls> = { title: "Concepts/States", ...sceneMeta };
export default meta;

const states: readonly StateName[] = [
  "disconnected",
  "connecting",
  "authenticating",
  "resuming",
  "connected",
  "reconnecting",
  "failed",
];

/** All states, the present one lit. */
function StateMap() {
  const name = useConnectionState((state) => state.name);
  return (
    <ol className="state-map" aria-label="States">
      {states.map((state) => (
        <li key={state} data-state={state} aria-current={state === name ? "step" : undefined}>
          <span className="lamp" aria-hidden="true" />
          {state}
          <small>{messages[state]}</small>
        </li>
      ))}
    </ol>
  );
}

/** Long enough that catching up with it can be seen on a slow line. */
const saidMeanwhile = "bla ".repeat(8_000);

const cast = (stage: Stage) => {
  let token = "in";
  const tab = stage.openTab({ auth: () => ({ token }) });
  tab.subscribe(channel, () => undefined);
  stage.world.network.shape({ bytesPerSecond: 16_000 });
  return { tab, signOut: (out: boolean) => void (token = out ? "out" : "in") };
};

export const Walk = scene({
  says:
    "A slow network, so that every state can be seen. Break something and watch where the connection goes: only failed and disconnected need " +
    "somebody, all else mends itself.",
  args: { latencyMs: 500, jitterMs: 0 },
  world: { server: { authenticate: (token) => (token === "out" ? null : { subject: "ada" }) } },
  cast,
  view: ({ tab, signOut, stage, stage: { world } }) => (
    <Card
      client={tab}
      actions={
        <>
          <button onClick={tab.connect}>connect()</button>
          <button onClick={tab.disconnect}>disconnect()</button>
          <button onClick={tab.reconnect}>reconnect()</button>
          <button
            onClick={() => {
              world.network.cut();
              if (world.isUp()) void world.server().publish(channel, saidMeanwhile);
            }}
          >
            Cut the connection
          </button>
          <ServerSwitch />
          <button
            onClick={() => {
              signOut(true);
              world.restartServer();
            }}
          >
            Refuse the sign-in
          </button>
          <button onClick={() => signOut(false)}>Accept it again</button>
        </>
      }
    >
      <StateMap />
      <Timeline key={stage.world.tabs.length} client={tab} />
    </Card>
  ),
  play: async ({ tab, signOut, stage, canvas, step }) => {
    const lit = async (name: StateName): Promise<void> => {
      await stage.until(() => tab.state.get().name === name);
      const list = await canvas.findByRole("list", { name: "States" });
      await expect(list.querySelector("[aria-current]")).toHaveTextContent(name);
    };
    await step("from nothing to connected", async () => {
      for (const name of ["connecting", "authenticating", "connected"] as const) await lit(name);
    });
    await step("an outage, and catching up with what was said meanwhile", async () => {
      stage.world.restartServer();
      await lit("reconnecting");
      await stage.world.server().publish(channel, saidMeanwhile);
      for (const name of ["connecting", "authenticating", "resuming", "connected"] as const) await lit(name);
    });
    await step("a refusal is final until somebody acts", async () => {
      signOut(true);
      stage.world.restartServer();
      await lit("failed");
      await stage.advance(5_000);
      await lit("failed");
      signOut(false);
      tab.reconnect();
      await lit("connected");
    });
    await step("the user leaves", async () => {
      tab.disconnect();
      await lit("disconnected");
    });
    const passed = new Set(trailOf(tab, stage).spans.map(({ name }) => name));
    await expect(passed.size).toBe(states.length);
  },
});
