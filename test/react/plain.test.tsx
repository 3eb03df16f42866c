import { act, cleanup, render } from "@testing-library/react";
import { StrictMode, useReducer } from "react";
import { afterEach, expect, it } from "vitest";
import { createSocketHooks } from "../../hooks/createSocketHooks.tsx";
import { useConnectionState } from "../../hooks/useConnectionState.ts";
import { useQueueState } from "../../hooks/useQueueState.ts";
import { useResilientClient } from "../../hooks/useResilientClient.ts";
import { useResilientWS } from "../../hooks/useResilientWS.ts";
import { useSubscription } from "../../hooks/useSubscription.ts";
import { ResilientSocketProvider } from "../../providers/ResilientSocketProvider.tsx";
import { createResilientClient } from "../../src/client/createResilientClient.ts";
import { createWorld } from "../../src/testing/createWorld.ts";
import { resumeBySeq } from "../client/texts/textsProtocol.ts";
import { createTextsServer } from "../client/texts/textsServer.ts";

afterEach(cleanup);

const keep = (before: readonly string[], one: string) => [...before, one];
const hooks = createSocketHooks<{ default: string }>();

function Typed() {
  const [heard, hear] = useReducer(keep, []);
  hooks.useSubscription("default", ({ data }) => hear(data));
  return <i>{heard.join(" ")}</i>;
}

function Everything() {
  const [heard, hear] = useReducer(keep, []);
  const { send, state, queue } = useResilientWS({
    onMessage: ({ data, replayed }) => hear(`${String(data)}${replayed ? "*" : ""}`),
    onContinuity: ({ result }) => hear(`(${result})`),
  });
  const [also, hearToo] = useReducer(keep, []);
  useSubscription("default", ({ data }) => hearToo(String(data)));
  const depth = useQueueState((now) => now.depth);
  const name = useConnectionState((now) => now.name);
  const client = useResilientClient();
  const same = client.state.get() === state && queue.depth === depth && name === state.name;
  return (
    <button onClick={() => send("hello")}>
      {same ? name : "torn"} {depth} {heard.join(" ")} / {also.join(" ")}
    </button>
  );
}

it("every hook works on a plain client: state, queue, replay after a cut, receipts", async () => {
  const world = createWorld();
  const server = createTextsServer();
  world.network.listen([
    {
      run: (task) => task(),
      accept: (socket) => {
        const { received, closed } = server.accept(socket);
        return { closed, received: (data) => received(data as string) };
      },
    },
  ]);
  const page = world.clock.device();
  const client = createResilientClient({
    url: "ws://localhost/plain",
    protocol: resumeBySeq(),
    ports: { clock: page, dice: world.dice.fork("page"), socket: world.network.openSocket("page", page) },
  });
  const pass = (ms = 100) => act(async () => world.advance(ms));
  const view = render(
    <StrictMode>
      <ResilientSocketProvider client={client}>
        <Everything />
      </ResilientSocketProvider>
      <hooks.ResilientSocketProvider client={client}>
        <Typed />
      </hooks.ResilientSocketProvider>
    </StrictMode>,
  );
  const shown = () => view.getByRole("button").textContent;
  expect(shown()).toBe("connecting 0  / ");
  await pass();
  act(() => void server.publish("one"));
  await pass();
  expect(shown()).toBe("connected 0 one / one");

  act(() => world.network.refuse(true));
  act(() => world.network.cut());
  await pass(1);
  act(() => view.getByRole("button").click());
  await pass(1);
  expect(shown()).toBe("reconnecting 1 one / one");
  act(() => void server.publish("two"));
  act(() => world.network.refuse(false));
  await pass(5_000);
  expect(shown()).toBe("connected 0 one two* (replayed) hello / one two hello");
  expect(view.container.querySelector("i")?.textContent).toBe("one two hello");

  view.unmount();
  await pass();
  expect(world.network.live()).toHaveLength(0);
});
