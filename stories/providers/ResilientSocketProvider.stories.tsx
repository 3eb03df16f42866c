import type { Meta } from "@storybook/react-vite";
import { ResilientSocketProvider, useConnectionState, useResilientClient } from "resilient-socket";
import type { Ports } from "resilient-socket/core";
import { useState } from "react";
import { expect } from "storybook/test";
import type { Controls } from "../stage/controls.ts";
import { channel } from "../stage/count.ts";
import type { Stage } from "../stage/createStage.ts";
import { scene, sceneMeta, sees } from "../stage/scene.tsx";
import { ConnectionLine } from "../ui/ConnectionLine.tsx";
import { Figures } from "../ui/Figures.tsx";

const meta: Meta<Controls> = { title: "Providers/ResilientSocketProvider", ...sceneMeta };
export default meta;

/** A page of the simulated world for a provider that makes its own client. */
const portsOf = ({ world }: Stage, owner: string): Partial<Ports> => {
  const device = world.clock.device();
  return { clock: device, dice: world.dice.fork(owner), socket: world.network.openSocket(owner, device) };
};
const url = "ws://localhost/ws";

function Send() {
  const { send, connect } = useResilientClient();
  const name = useConnectionState((state) => state.name);
  return (
    <div className="actions">
      <button onClick={() => send("hello", { channel })}>Send</button>
      <button disabled={name !== "disconnected"} onClick={connect}>
        Connect
      </button>
    </div>
  );
}

const modes = ["mount", "demand", "manual"] as const;
const when = {
  mount: "Dials with the provider, once, also under StrictMode.",
  demand: "Dials when there is something to send or to hear.",
  manual: "Dials when the app says so.",
};

export const WhenItDials = scene({
  says: "Three providers, which differ in when they dial.",
  cast: (stage) => ({ pages: modes.map((mode) => ({ mode, ports: portsOf(stage, mode) })) }),
  view: ({ pages, stage: { world } }) => (
    <div className="cards">
      {pages.map(({ mode, ports }) => (
        <ResilientSocketProvider key={mode} url={url} name={mode} connect={mode} ports={ports}>
          <section className="card" aria-label={mode}>
            <h2>{mode}</h2>
            <p className="muted">{when[mode]}</p>
            <ConnectionLine />
            <Figures of={{ "sockets opened": world.sockets.filter(({ owner }) => owner === mode).length }} />
            <Send />
          </section>
        </ResilientSocketProvider>
      ))}
    </div>
  ),
  play: async ({ stage, canvas, step, userEvent }) => {
    const opened = (): readonly string[] => stage.world.sockets.map(({ owner }) => owner);
    const press = async (mode: string, name: string): Promise<void> => {
      const card = await canvas.findByRole("region", { name: mode });
      const button = [...card.querySelectorAll("button")].find(({ textContent }) => textContent === name)!;
      await userEvent.click(button);
    };
    await step("with the provider", async () => {
      await stage.advance(1_000);
      await expect(opened()).toEqual(["mount"]);
    });
    await step("on demand", async () => {
      await press("demand", "Send");
      await stage.advance(1_000);
      await expect(opened()).toEqual(["mount", "demand"]);
    });
    await step("when asked", async () => {
      await press("manual", "Send");
      await stage.advance(1_000);
      await expect(opened()).toEqual(["mount", "demand"]);
      await press("manual", "Connect");
      await stage.advance(1_000);
      await expect(opened()).toEqual(["mount", "demand", "manual"]);
    });
    await expect(await stage.world.store.head(channel)).toMatchObject({ seq: 2 });
  },
});

function Switcher({ ports }: { readonly ports: Partial<Ports> }) {
  const [user, setUser] = useState("ada");
  return (
    <ResilientSocketProvider url={url} identity={user} auth={() => ({ token: user })} ports={ports}>
      <section className="card">
        <h2>Signed in as {user}</h2>
        <ConnectionLine />
        <Send />
        <div className="actions">
          <button onClick={() => setUser(user === "ada" ? "bob" : "ada")}>Switch user</button>
        </div>
      </section>
    </ResilientSocketProvider>
  );
}

export const AnotherUser = scene({
  says:
    "Another identity is another connection and another outbox: what one user wrote and the server never got is not sent in the name of " +
    "the next. The old socket is closed before the new one is open.",
  cast: (stage) => ({ ports: portsOf(stage, "page") }),
  view: ({ ports, stage: { world } }) => (
    <>
      <Switcher ports={ports} />
      <Figures of={{ "sockets opened": world.sockets.length, "open now": world.network.live().length }} />
    </>
  ),
  play: async ({ stage, canvas, userEvent }) => {
    await stage.advance(1_000);
    await sees(canvas, "Signed in as ada");
    stage.world.network.stall("up");
    await userEvent.click(await canvas.findByRole("button", { name: "Send" }));
    await userEvent.click(await canvas.findByRole("button", { name: "Switch user" }));
    stage.world.network.resume();
    await stage.advance(2_000);
    await sees(canvas, "Signed in as bob");
    await sees(canvas, "Connected");
    await expect(stage.world.network.live()).toHaveLength(1);
    const tokens = stage.world.sockets.map((socket) =>
      socket.frames().flatMap((frame) => (frame.t === "auth" ? frame.token : [])),
    );
    await expect(tokens).toEqual([["ada"], ["bob"]]);
    const [, bobs] = stage.world.sockets;
    await expect(bobs!.frames().some(({ t }) => t === "pub")).toBe(false);
  },
});
