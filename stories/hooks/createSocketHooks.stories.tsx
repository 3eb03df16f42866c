import type { Meta } from "@storybook/react-vite";
import { createSocketHooks } from "resilient-socket";
import { expect } from "storybook/test";
import { connected } from "../stage/conditions.ts";
import type { Controls } from "../stage/controls.ts";
import { scene, sceneMeta, sees } from "../stage/scene.tsx";

const meta: Meta<Controls> = { title: "Hooks/createSocketHooks", ...sceneMeta };
export default meta;

const chat = createSocketHooks<{ [room: `room:${string}`]: { readonly text: string } }>();
const market = createSocketHooks<{
  prices: { readonly send: never; readonly receive: { readonly cents: number } };
}>();

function Room() {
  const { send, state } = chat.useResilientWS({ channel: "room:42" });
  const text = chat.useLastMessage("room:42", ({ data }) => data.text);
  return (
    <section className="card">
      <h2>Chat</h2>
      <p>
        {state.name}, last: {text ?? "nothing"}
      </p>
      <div className="actions">
        <button onClick={() => send({ text: "hello" })}>Say hello</button>
      </div>
    </section>
  );
}

function Prices() {
  const name = market.useConnectionState((state) => state.name);
  const cents = market.useLastMessage("prices", ({ data }) => data.cents);
  return (
    <section className="card">
      <h2>Prices</h2>
      <p>
        {name}, last: {cents === undefined ? "nothing" : `${cents} cents`}
      </p>
    </section>
  );
}

export const TwoConnections = scene({
  says:
    "Two connections in one app, each with hooks of its own, typed per channel: a room carries texts, the market's prices can be heard and " +
    "not be sent. One may break without the other.",
  cast: (stage) => ({ talk: stage.openTab(), trade: stage.openTab() }),
  view: ({ talk, trade, stage: { world } }) => (
    <chat.ResilientSocketProvider client={talk}>
      <market.ResilientSocketProvider client={trade}>
        <div className="actions">
          <button onClick={() => talk.sockets().at(-1)?.cut()}>Cut the chat</button>
          <button onClick={() => void world.server().publish("prices", { cents: 4_200 })}>A price</button>
        </div>
        <div className="cards">
          <Room />
          <Prices />
        </div>
      </market.ResilientSocketProvider>
    </chat.ResilientSocketProvider>
  ),
  play: async ({ talk, trade, stage, canvas, userEvent }) => {
    await stage.until(connected(talk, trade));
    await userEvent.click(await canvas.findByRole("button", { name: "Say hello" }));
    await stage.world.server().publish("prices", { cents: 4_200 });
    await stage.advance(500);
    await sees(canvas, "connected, last: hello");
    await sees(canvas, "connected, last: 4200 cents");
    talk.sockets().at(-1)!.cut();
    await stage.until(() => talk.state.get().name === "reconnecting");
    await expect(trade.state.get().name).toBe("connected");
    await sees(canvas, "reconnecting, last: hello");
  },
});
