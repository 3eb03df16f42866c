import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, userEvent } from "storybook/test";
import { useConnectionState } from "../hooks/useConnectionState.ts";
import { useResilientWS } from "../hooks/useResilientWS.ts";
import { ResilientSocketProvider } from "../providers/ResilientSocketProvider.tsx";
import { fixed } from "../src/core/backoff.ts";
import type { ConnectionState } from "../src/client/surface.ts";
import { plainProtocol } from "../src/client/plainProtocol.ts";
import type { Protocol } from "../src/client/protocol.ts";
import { resilientProtocol } from "../src/client/resilientProtocol.ts";
import { scriptedPeer, type ScriptedPeer } from "./scriptedPeer.ts";

const detail = (state: ConnectionState): string => {
  switch (state.name) {
    case "disconnected":
      return state.reason;
    case "connected":
      return "every message goes at once";
    case "reconnecting":
      return `after ${state.attempt} failed, because ${state.reason}`;
    case "failed":
      return `${state.code}, next: ${state.recovery.kind}`;
    default:
      return `attempt ${state.attempt + 1}`;
  }
};

function Panel() {
  const name = useConnectionState((state) => state.name);
  const text = useConnectionState(detail);
  const { send, queue, reconnect, disconnect } = useResilientWS();
  return (
    <section className="panel" data-state={name}>
      <style>{css}</style>
      <p role="status">
        <strong>{name}</strong> <span>{text}</span>
      </p>
      <p>
        <span className="number">{queue.depth}</span> in the outbox
      </p>
      <button onClick={() => send({ at: queue.depth })}>Send</button>
      <button onClick={reconnect}>Reconnect</button>
      <button onClick={disconnect}>Disconnect</button>
    </section>
  );
}

const css = `
.panel { font: 16px/1.5 system-ui, sans-serif; color: #16202a; background: #fff; max-width: 24rem; padding: 1.25rem 1.5rem;
  border: 1px solid #d5dbe1; border-inline-start: .5rem solid var(--tone, #6b7785); border-radius: .75rem; }
.panel[data-state=connected] { --tone: #14804a; }
.panel[data-state=reconnecting], .panel[data-state=connecting] { --tone: #b26a00; }
.panel[data-state=failed] { --tone: #c02626; }
.panel p { margin: 0 0 .5rem; }
.panel strong { display: block; font-size: 1.5rem; }
.panel .number { font-variant-numeric: tabular-nums; font-weight: 600; }
.panel button { font: inherit; margin: .5rem .5rem 0 0; padding: .35rem .9rem; border: 1px solid #6b7785; border-radius: .5rem;
  color: inherit; background: #f4f6f8; cursor: pointer; }
`;

type Canvas = Parameters<NonNullable<StoryObj["play"]>>[0]["canvas"];

const story = (
  play: (peer: ScriptedPeer, canvas: Canvas) => Promise<void>,
  protocol?: Protocol,
): StoryObj => {
  const peer = scriptedPeer();
  return {
    render: () => (
      <ResilientSocketProvider
        url="ws://localhost/story"
        protocol={protocol ?? plainProtocol()}
        ports={peer.ports}
        backoff={{ policy: fixed(1_000) }}
      >
        <Panel />
      </ResilientSocketProvider>
    ),
    play: async ({ canvas }) => {
      // A story plays before React's effects ran: nothing is dialled yet.
      await shows(canvas, "connecting");
      await play(peer, canvas);
    },
  };
};

const shows = async (canvas: Canvas, text: string | RegExp): Promise<void> => {
  await expect(await canvas.findByText(text)).toBeVisible();
};

const meta: Meta = { title: "Hooks/useConnectionState" };
export default meta;

export const Connecting = story(async () => undefined);

export const Connected = story(async (peer, canvas) => {
  peer.socket().open();
  await shows(canvas, "connected");
});

export const Reconnecting = story(async (peer, canvas) => {
  peer.socket().open();
  peer.socket().close(1006);
  await shows(canvas, "reconnecting");
});

export const Failed = story(async (peer, canvas) => {
  peer.socket().open();
  peer.socket().receive("not a hello");
  await shows(canvas, "failed");
  await shows(canvas, /NOT_RESILIENT/);
}, resilientProtocol());

/** Messages sent while the connection is away wait, and leave when it is back. */
export const Journey = story(async (peer, canvas) => {
  peer.socket().open();
  await shows(canvas, "connected");
  peer.socket().close(1006);
  await shows(canvas, "reconnecting");
  await userEvent.click(canvas.getByRole("button", { name: "Send" }));
  await userEvent.click(canvas.getByRole("button", { name: "Send" }));
  await shows(canvas, "2");
  await peer.advance(60_000);
  await shows(canvas, "connecting");
  peer.socket().open();
  await shows(canvas, "connected");
  await shows(canvas, "0");
  await expect(peer.socket().sent).toEqual(['{"at":0}', '{"at":1}']);
  await userEvent.click(canvas.getByRole("button", { name: "Disconnect" }));
  await shows(canvas, "requested");
  await userEvent.click(canvas.getByRole("button", { name: "Reconnect" }));
  await shows(canvas, "connecting");
});
