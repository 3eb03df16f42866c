import { act, cleanup, render } from "@testing-library/react";
import * as React from "react";
import { useReducer, type ReactNode } from "react";
import { hydrateRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { afterEach, describe, expect, it, vi } from "vitest";
import { useQueueState } from "../../hooks/useQueueState.ts";
import { useResilientWS } from "../../hooks/useResilientWS.ts";
import type { Receipt } from "../../src/client/receipt.ts";
import { openWorld } from "./openWorld.tsx";

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const keep = (before: readonly string[], one: string) => [...before, one];

function Chat({ sent }: { readonly sent?: (receipt: Receipt) => void }) {
  const [heard, hear] = useReducer(keep, []);
  const { send, state, queue } = useResilientWS({
    channel: "room",
    onMessage: ({ data, own }) => hear(`${own ? "me" : "them"}: ${String(data)}`),
    onContinuity: ({ result }) => hear(`(${result})`),
  });
  return (
    <button onClick={() => sent?.(send("hello"))}>
      {state.name} {queue.depth} {heard.join(" ")}
    </button>
  );
}

describe("a component on the resilient protocol", () => {
  it("sends, hears itself and others, and misses nothing over a cut", async () => {
    const { world, pass, room } = openWorld();
    const receipts: Receipt[] = [];
    const view = render(room(<Chat sent={(receipt) => receipts.push(receipt)} />));
    const text = () => view.getByRole("button").textContent;
    await pass();
    expect(text()).toBe("connected 0 ");
    act(() => view.getByRole("button").click());
    await pass();
    await world.server().publish("room", "welcome");
    await pass();
    expect(text()).toBe("connected 0 me: hello them: welcome");

    world.network.refuse(true);
    world.network.cut();
    await pass(10);
    await world.server().publish("room", "missed");
    act(() => view.getByRole("button").click());
    await pass(10);
    expect(text()).toMatch(/^reconnecting 1 /);
    world.network.refuse(false);
    await pass(60_000);
    expect(text()).toMatch(/^connected 0 me: hello them: welcome .*them: missed .*me: hello/);
    expect(text()).toContain("(replayed)");
    expect((await Promise.all(receipts.map(({ settled }) => settled))).map(({ kind }) => kind)).toEqual([
      "acked",
      "acked",
    ]);
    await world.close();
  });

  it("commits twice for 1,000 sends in one task and their answers: something waits, nothing waits", async () => {
    const { world, pass, room } = openWorld();
    function Sender() {
      const { send } = useResilientWS();
      const burst = () => {
        for (let n = 0; n < 1_000; n++) send(n);
      };
      return <button onClick={burst} />;
    }
    const Waits = () => String(useQueueState(({ depth }) => depth > 0));
    const commits = vi.fn();
    const view = render(
      room(
        <>
          <Sender />
          <React.Profiler id="waits" onRender={commits}>
            <Waits />
          </React.Profiler>
        </>,
      ),
    );
    await pass();
    commits.mockClear();
    act(() => view.getByRole("button").click());
    // Unbatched by the test: each turn of the client is an act of its own.
    await pass(1);
    expect(view.container.textContent).toBe("true");
    for (let ms = 0; ms < 400; ms++) await pass(1);
    await pass(60_000);
    expect(view.container.textContent).toBe("false");
    expect((await world.store.head("default")).seq).toBe(1_000);
    expect(commits).toHaveBeenCalledTimes(2);
    await world.close();
  });

  it("leaves its message to the outbox when it unmounts mid-send, without a word to React (fault 42)", async () => {
    const { world, pass, room } = openWorld();
    const complaints = vi.spyOn(console, "error");
    const receipts: Receipt[] = [];
    const view = render(room(<Chat sent={(receipt) => receipts.push(receipt)} />));
    await pass();
    act(() => view.getByRole("button").click());
    view.rerender(room(null));
    await pass();
    expect((await receipts[0]?.settled)?.kind).toBe("acked");
    expect(complaints).not.toHaveBeenCalled();
    await world.close();
  });

  it("is back within a second without a word on the wire: hidden and shown, or remounted (fault 39)", async () => {
    const { world, pass, room } = openWorld();
    const view = render(room(<Chat key="a" />));
    await pass();
    const frames = world.sockets[0]!.sent.length;
    view.rerender(room(<Chat key="b" />));
    await pass(500);
    view.rerender(room(null));
    await pass(500);
    view.rerender(room(<Chat key="c" />));
    await pass(500);
    await world.server().publish("room", "still here");
    await pass(500);
    expect(view.getByRole("button").textContent).toBe("connected 0 them: still here");
    expect(world.sockets).toHaveLength(1);
    expect(world.sockets[0]!.sent.slice(frames).filter((frame) => frame.includes("sub"))).toEqual([]);
    await world.close();
  });
});

// <Activity> came with React 19.2.
const { Activity } = React as {
  readonly Activity?: React.ComponentType<{ mode: string; children: ReactNode }>;
};

describe.runIf(Activity)("<Activity> around a provider", () => {
  it("closes the connection while hidden, keeps what was queued, and sends it when shown (fault 72)", async () => {
    const { world, pass, room } = openWorld();
    const Shell = Activity!;
    const receipts: Receipt[] = [];
    const app = (mode: string) => (
      <Shell mode={mode}>{room(<Chat sent={(receipt) => receipts.push(receipt)} />)}</Shell>
    );
    const view = render(app("visible"));
    await pass();
    expect(world.network.live()).toHaveLength(1);
    view.rerender(app("hidden"));
    await pass();
    expect(world.network.live()).toHaveLength(0);
    act(() => view.container.querySelector("button")?.click());
    view.rerender(app("visible"));
    await pass();
    expect(world.network.live()).toHaveLength(1);
    expect((await receipts[0]?.settled)?.kind).toBe("acked");
    await world.close();
  });
});

describe("a page that a server rendered", () => {
  it("hydrates without a mismatch and connects afterwards (fault 41)", async () => {
    const { world, pass, room } = openWorld();
    const complaints = vi.spyOn(console, "error");
    const recovered = vi.fn();
    const container = document.createElement("div");
    container.innerHTML = renderToString(room(<Chat />));
    expect(container.textContent).toBe("disconnected 0 ");
    expect(world.sockets).toHaveLength(0);
    let root: ReturnType<typeof hydrateRoot> | undefined;
    act(() => {
      root = hydrateRoot(container, room(<Chat />), { onRecoverableError: recovered });
    });
    await pass();
    expect(container.textContent).toBe("connected 0 ");
    expect(recovered).not.toHaveBeenCalled();
    expect(complaints).not.toHaveBeenCalled();
    act(() => root?.unmount());
    await pass();
    expect([world.sockets.length, world.network.live().length]).toEqual([1, 0]);
    await world.close();
  });
});
