import type { Meta } from "@storybook/react-vite";
import { ResilientSocketDevtoolsPanel, showInspector } from "resilient-socket/devtools";
import type { Tab } from "resilient-socket/testing";
import { expect, waitFor, within } from "storybook/test";
import { connected, settled } from "../stage/conditions.ts";
import type { Controls } from "../stage/controls.ts";
import { channel, lines } from "../stage/count.ts";
import type { Stage } from "../stage/createStage.ts";
import { scene, sceneMeta } from "../stage/scene.tsx";
import { ServerSwitch } from "../ui/ServerSwitch.tsx";

const meta: Meta<Controls> = { title: "Inspector", ...sceneMeta };
export default meta;

const box = { height: 480, border: "1px solid #8886", borderRadius: 8, overflow: "hidden" };

const cast = (stage: Stage) => {
  const tab = stage.openTab();
  tab.watch(channel);
  return { tab };
};

const view = ({ tab, stage: { world } }: { readonly tab: Tab; readonly stage: Stage }) => (
  <>
    <div className="actions">
      <button onClick={tab.connect}>Connect</button>
      <button onClick={() => lines(20).forEach((line) => tab.send(line, { channel }))}>Send 20</button>
      <button onClick={() => world.network.cut()}>Cut</button>
      <ServerSwitch />
    </div>
    <div style={box}>
      <ResilientSocketDevtoolsPanel client={tab} faults />
    </div>
  </>
);

/** It lives in a root of its own. */
const inspector = async () => {
  const scope = (): HTMLElement => {
    const host = document.querySelector("[data-resilient-socket-devtools]");
    const found = host?.shadowRoot?.querySelector<HTMLElement>(".scope");
    if (!found) throw new Error("no inspector yet");
    return found;
  };
  return within(await waitFor(scope));
};

const litState = (here: Awaited<ReturnType<typeof inspector>>): string | undefined =>
  here.getAllByRole("img").find((node) => node.dataset["lit"] === "true")?.dataset["state"];

export const BackInTime = scene({
  says:
    "The diagram is computed from the client's own table and lit where the connection is. Go back along the line below it: the states come " +
    "from the same table, asked again with what it was told then.",
  cast,
  view,
  play: async ({ tab, stage, step, userEvent }) => {
    showInspector("timeline");
    const here = await inspector();
    await step("it connects, breaks, and comes back", async () => {
      tab.connect();
      await stage.until(connected(tab));
      stage.world.network.cut();
      await stage.until(() => tab.state.get().name === "reconnecting");
      await stage.until(connected(tab));
      await stage.advance(1_000);
      await expect(litState(here)).toBe("connected");
    });
    await step("the first step again", async () => {
      const back = here.getByRole("button", { name: "Step back" });
      while (!(back as HTMLButtonElement).disabled) await userEvent.click(back);
      await expect(litState(here)).toBe("connecting");
      await expect(here.getByText("replayed through the table")).toBeVisible();
    });
    await step("and now", async () => {
      await userEvent.click(here.getByRole("button", { name: "Back to now" }));
      await expect(litState(here)).toBe("connected");
    });
  },
});

export const WhyWasItNotSent = scene({
  says: "The server is down. Each message in the outbox says in one sentence what it waits for, and can be taken back or sent again as a new one.",
  cast,
  view,
  play: async ({ tab, stage, step, userEvent }) => {
    showInspector("outbox");
    const here = await inspector();
    await step("nobody has asked for a connection", async () => {
      lines(3).forEach((line) => tab.send(line, { channel }));
      await stage.advance(500);
      await expect(here.getAllByText(/Nobody has asked for a connection/)).toHaveLength(3);
    });
    await step("the server does not answer", async () => {
      stage.world.crashServer();
      tab.connect();
      await stage.until(() => tab.state.get().name === "reconnecting");
      await stage.advance(500);
      await expect(tab.state.get()).toMatchObject({ name: "reconnecting", reason: "closed" });
      await expect(here.getAllByText(/The connection broke\. Attempt \d+ in \d+ s\./)).toHaveLength(3);
    });
    await step("one is taken back", async () => {
      await userEvent.click(here.getAllByRole("button", { name: "Cancel" })[0] as HTMLElement);
      await stage.advance(500);
      await expect(tab.outbox.state.get().depth).toBe(2);
    });
    await step("the others arrive", async () => {
      stage.world.startServer();
      await stage.until(settled(tab));
    });
  },
});
