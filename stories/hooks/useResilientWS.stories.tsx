import type { Meta, StoryObj } from "@storybook/react-vite";
import { Server, WebSocket as MockWebSocket } from "mock-socket";
import { ResilientSocketProvider, useResilientWS } from "resilient-socket";
import { fixed, plainProtocol } from "resilient-socket/core";
import { useState } from "react";
import { expect, userEvent, waitFor } from "storybook/test";
import { connected, settled } from "../stage/conditions.ts";
import type { Controls } from "../stage/controls.ts";
import { channel } from "../stage/count.ts";
import { scene, sceneMeta, sees } from "../stage/scene.tsx";
import { Card } from "../ui/Card.tsx";
import { ConnectionLine } from "../ui/ConnectionLine.tsx";
import { ServerSwitch } from "../ui/ServerSwitch.tsx";

const meta: Meta<Controls> = { title: "Hooks/useResilientWS", ...sceneMeta };
export default meta;

function Room() {
  const [heard, setHeard] = useState<readonly string[]>([]);
  const { send, queue, reconnect, disconnect } = useResilientWS({
    channel,
    onMessage: ({ data }) => setHeard((before) => [...before, String(data)]),
  });
  return (
    <>
      <p>
        <strong>{queue.depth}</strong> waiting, <strong>{heard.length}</strong> heard
      </p>
      <p className="muted">{heard.slice(-3).join(", ") || "Nobody has said anything."}</p>
      <div className="actions">
        <button onClick={() => send(`line ${heard.length + queue.depth + 1}`)}>Send</button>
        <button onClick={reconnect}>Reconnect</button>
        <button onClick={disconnect}>Disconnect</button>
      </div>
    </>
  );
}

export const Journey = scene({
  says:
    "All a component needs: send to its channel, the state, the queue, and what is said. What is sent while the server is away waits, and " +
    "leaves when it is back.",
  cast: (stage) => ({ tab: stage.openTab() }),
  view: ({ tab }) => (
    <Card
      client={tab}
      actions={
        <>
          <ServerSwitch />
        </>
      }
    >
      <Room />
    </Card>
  ),
  play: async ({ tab, stage, canvas, step, userEvent: user }) => {
    const press = async (name: string): Promise<void> =>
      user.click(await canvas.findByRole("button", { name }));
    await stage.until(connected(tab));
    await step("sent while it is away", async () => {
      stage.world.crashServer();
      await stage.advance(1_000);
      await press("Send");
      await press("Send");
      await expect(tab.outbox.state.get().depth).toBe(2);
    });
    await step("heard when it is back", async () => {
      stage.world.startServer();
      await stage.until(settled(tab));
      await stage.advance(1_000);
      await sees(canvas, "line 1, line 2");
    });
    await step("the user's own choice", async () => {
      await press("Disconnect");
      await expect(tab.state.get()).toEqual({ name: "disconnected", reason: "requested" });
      await stage.advance(600_000);
      await expect(tab.state.get().name).toBe("disconnected");
      await press("Reconnect");
      await stage.until(connected(tab));
    });
  },
});

const mockUrl = "ws://mock.localhost/echo";
/** Only our URL goes to the mock; whatever else the page opens is none of this story's business. */
const MockedWebSocket = new Proxy(WebSocket, {
  construct: (Original, input: ConstructorParameters<typeof WebSocket>) =>
    input[0] === mockUrl ? new MockWebSocket(...input) : new Original(...input),
});

function Echo() {
  const [heard, setHeard] = useState<readonly string[]>([]);
  const { send, queue, state } = useResilientWS({
    onMessage: ({ data }) => setHeard((before) => [...before, String(data)]),
  });
  return (
    <section className="card" data-state={state.name}>
      <ConnectionLine />
      <p>
        {heard.length} echoes, {queue.depth} waiting
      </p>
      <div className="actions">
        <button onClick={() => send("hello")}>Send</button>
      </div>
    </section>
  );
}

/** The real provider, the real clock and the page's own WebSocket, which mock-socket plays. */
export const OnMockSocket: StoryObj = {
  parameters: { controls: { disable: true } },
  loaders: [
    async () => {
      const server = new Server(mockUrl, { mock: false });
      server.on("connection", (socket) => socket.on("message", (data) => socket.send(data as string)));
      return { server };
    },
  ],
  beforeEach: ({ loaded }) => {
    const original = globalThis.WebSocket;
    globalThis.WebSocket = MockedWebSocket;
    return () => {
      globalThis.WebSocket = original;
      (loaded["server"] as Server).stop();
    };
  },
  render: () => (
    <article className="scene">
      <p className="says">
        The real provider in real time, in plain mode, on a WebSocket that mock-socket plays: the server drops
        it, what is sent meanwhile waits, and comes back as an echo.
      </p>
      <ResilientSocketProvider url={mockUrl} protocol={plainProtocol()} backoff={{ policy: fixed(400) }}>
        <Echo />
      </ResilientSocketProvider>
    </article>
  ),
  play: async ({ canvas, loaded }) => {
    const server = loaded["server"] as Server;
    await sees(canvas, "Connected");
    await expect(server.clients()).toHaveLength(1);
    const send = await canvas.findByRole("button", { name: "Send" });
    await userEvent.click(send);
    await sees(canvas, "1 echoes, 0 waiting");
    server.clients().forEach((client) => client.close({ code: 1011, reason: "restart", wasClean: false }));
    await sees(canvas, "Reconnecting");
    await userEvent.click(send);
    await sees(canvas, "1 echoes, 1 waiting");
    await waitFor(() => sees(canvas, "2 echoes, 0 waiting"), { timeout: 5_000 });
    await expect(server.clients()).toHaveLength(1);
  },
};
