import { act, cleanup, render } from "@testing-library/react";
import * as React from "react";
import { Suspense, useState, type ReactNode } from "react";
import { hydrateRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useCanSend } from "../../hooks/useCanSend.ts";
import { useConnectionState } from "../../hooks/useConnectionState.ts";
import { useLastMessage } from "../../hooks/useLastMessage.ts";
import { useOutbox } from "../../hooks/useOutbox.ts";
import { useQueueState } from "../../hooks/useQueueState.ts";
import { useReceipt } from "../../hooks/useReceipt.ts";
import { useResilientWS } from "../../hooks/useResilientWS.ts";
import { useSubscription } from "../../hooks/useSubscription.ts";
import { useTabRole } from "../../hooks/useTabRole.ts";
import type { ResilientClient } from "../../src/client/ResilientClient.ts";
import { Grab } from "./Grab.tsx";
import { openWorld } from "./openWorld.tsx";

const complaints = vi.spyOn(console, "error");
beforeEach(() => void complaints.mockClear());
afterEach(cleanup);

/** What a subtree waits for: code, data. */
const createGate = () => {
  let resolve: () => void = () => undefined;
  let closed: Promise<void> | undefined;
  return {
    close: () => {
      closed = new Promise((open) => (resolve = open));
    },
    open: () => {
      closed = undefined;
      resolve();
    },
    /** Suspends whoever renders it while it is closed. */
    pass: () => {
      // React's own protocol between Suspense and its data, in 18 and in 19.
      // eslint-disable-next-line @typescript-eslint/only-throw-error
      if (closed) throw closed;
    },
  };
};
type Gate = ReturnType<typeof createGate>;

function Waits({ gate, children }: { readonly gate: Gate; readonly children: ReactNode }) {
  gate.pass();
  return children;
}

/** Every reading hook. */
function Everything() {
  const { queue } = useResilientWS({ channel: "room" });
  const shown = {
    state: useConnectionState(({ name }) => name),
    depth: useQueueState(({ depth }) => depth),
    again: queue.depth,
    entries: useOutbox("room").length,
    last: useLastMessage("room")?.data ?? null,
    role: useTabRole(),
    can: useCanSend(),
    sent: useReceipt(null) ?? null,
  };
  return <p>{JSON.stringify(shown)}</p>;
}

describe("a boundary that hydrates late", () => {
  it("takes what the server rendered, and then shows what happened meanwhile (fault 41)", async () => {
    const { world, pass, room } = openWorld();
    const gate = createGate();
    let client: ResilientClient | undefined;
    const grab = (one: ResilientClient) => (client = one);
    const app = () =>
      room(
        <>
          <Grab into={grab} />
          <Suspense fallback="loading">
            <Waits gate={gate}>
              <Everything />
            </Waits>
          </Suspense>
        </>,
      );
    const container = document.createElement("div");
    container.innerHTML = renderToString(app());
    const paragraph = container.querySelector("p");
    const first = { state: "disconnected", depth: 0, again: 0, entries: 0, last: null, role: "solo" };
    expect(JSON.parse(paragraph!.textContent)).toMatchObject({ ...first, can: false });
    gate.close();
    const recovered = vi.fn();
    let root: ReturnType<typeof hydrateRoot> | undefined;
    act(() => {
      root = hydrateRoot(container, app(), { onRecoverableError: recovered });
    });
    await pass();
    expect(client!.state.get().name).toBe("connected");
    world.network.refuse(true);
    world.network.cut();
    await pass(10);
    for (let n = 0; n < 3; n++) client!.send(n, { channel: "room" });
    await pass(10);
    expect(JSON.parse(container.querySelector("p")!.textContent)).toMatchObject(first);

    gate.open();
    await pass(10);
    const reconnecting = { state: "reconnecting", depth: 3, again: 3, entries: 3, can: true };
    expect(JSON.parse(container.querySelector("p")!.textContent)).toMatchObject(reconnecting);
    // The server's own node: React kept it, so nothing mismatched.
    expect(container.querySelector("p")).toBe(paragraph);
    world.network.refuse(false);
    await pass(30_000);
    expect(JSON.parse(paragraph!.textContent)).toMatchObject({ state: "connected", depth: 0, last: 2 });
    expect(recovered).not.toHaveBeenCalled();
    expect(complaints).not.toHaveBeenCalled();
    act(() => root?.unmount());
    await world.close();
  });
});

function Heard({ gate }: { readonly gate?: Gate }) {
  const [heard, setHeard] = useState<readonly unknown[]>([]);
  useSubscription("room", ({ data }) => setHeard((before) => [...before, data]));
  const last = useLastMessage("room")?.data;
  const { send, state } = useResilientWS({ channel: "room" });
  gate?.pass();
  return (
    <button onClick={() => send("clicked")}>
      {state.name} {heard.join("+")} {String(last)}
    </button>
  );
}

describe("a subtree that suspends", () => {
  it("takes part in nothing before its first commit, however often it is tried", async () => {
    const { world, pass, room } = openWorld();
    const gate = createGate();
    gate.close();
    const app = (n: number) => (
      <Suspense fallback={`loading ${n}`}>
        {room(<Heard />)}
        <Waits gate={gate}>{null}</Waits>
      </Suspense>
    );
    const view = render(app(0));
    for (let n = 1; n <= 10; n++) view.rerender(app(n));
    await pass();
    expect([view.container.textContent, world.sockets.length]).toEqual(["loading 10", 0]);
    gate.open();
    await pass();
    await pass();
    expect([view.container.textContent, world.sockets.length]).toEqual(["connected  undefined", 1]);
    await world.close();
  });

  it("keeps its subscription while it waits again, and has heard everything when it is back", async () => {
    const { world, pass, room } = openWorld();
    const gate = createGate();
    const app = (n: number) =>
      room(
        <Suspense fallback={`loading ${n}`}>
          <Heard gate={gate} />
        </Suspense>,
      );
    const view = render(app(0));
    await pass();
    const frames = world.sockets[0]!.sent.length;
    await world.server().publish("room", 1);
    await pass();
    gate.close();
    view.rerender(app(1));
    expect(view.container.textContent).toContain("loading 1");
    for (let n = 2; n <= 5; n++) await world.server().publish("room", n);
    await pass(60_000);
    await world.server().publish("room", 6);
    await pass(60_000);
    gate.open();
    await pass();
    expect(view.getByRole("button").textContent).toBe("connected 1+2+3+4+5+6 6");
    expect(world.sockets).toHaveLength(1);
    expect(world.sockets[0]!.sent.slice(frames).filter((frame) => frame.includes("sub"))).toEqual([]);
    await world.close();
  });
});

// <Activity> came with React 19.2.
const { Activity } = React as {
  readonly Activity?: React.ComponentType<{ mode: string; children: ReactNode }>;
};

describe.runIf(Activity)("<Activity> below a provider", () => {
  it("hears nothing while hidden, and is given what it missed when it is shown within 30 s", async () => {
    const { world, pass, room } = openWorld();
    const Shell = Activity!;
    const app = (mode: string) =>
      room(
        <Shell mode={mode}>
          <Heard />
        </Shell>,
      );
    const view = render(app("visible"));
    const text = () => view.container.querySelector("button")?.textContent;
    await pass();
    await world.server().publish("room", 1);
    await pass();
    view.rerender(app("hidden"));
    await pass(5_000);
    await world.server().publish("room", 2);
    await pass();
    expect(text()).toBe("connected 1 1");
    view.rerender(app("visible"));
    expect(text()).toBe("connected 1 1");
    await pass();
    expect(text()).toBe("connected 1+2 2");
    expect(world.sockets).toHaveLength(1);
    await world.close();
  });

  it("mounts hidden without a subscription, and sends all the same", async () => {
    const { world, pass, room } = openWorld();
    const Shell = Activity!;
    const app = (mode: string) =>
      room(
        <Shell mode={mode}>
          <Heard />
        </Shell>,
      );
    const view = render(app("hidden"));
    await pass();
    await world.server().publish("room", "before");
    act(() => view.container.querySelector("button")?.click());
    await pass();
    expect((await world.store.head("room")).seq).toBe(2);
    view.rerender(app("visible"));
    await pass();
    await world.server().publish("room", "after");
    await pass();
    expect(view.container.querySelector("button")?.textContent).toBe("connected after after");
    await world.close();
  });
});
