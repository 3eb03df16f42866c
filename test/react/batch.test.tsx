import { act, cleanup, render, renderHook } from "@testing-library/react";
import { useEffect, useState } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { useSubscription } from "../../hooks/useSubscription.ts";
import { ResilientSocketProvider } from "../../providers/ResilientSocketProvider.tsx";
import type { Message } from "../../src/client/message.ts";
import { plainProtocol } from "../../src/client/plainProtocol.ts";
import type { Pace } from "../../src/client/ResilientClient.ts";
import type { ResilientSocketError } from "../../src/client/surface.ts";
import { fakePorts, frameMs } from "./fakePorts.ts";
import { Grab } from "./Grab.tsx";
import { openWorld } from "./openWorld.tsx";

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

interface ListProps {
  readonly batch: Pace;
  readonly committed?: () => void;
  readonly heard?: (batch: readonly Message[]) => void;
}

function List({ batch, committed, heard }: ListProps) {
  const [count, setCount] = useState(0);
  useSubscription(
    "default",
    (messages) => {
      heard?.(messages);
      for (let n = 0; n < messages.length; n++) setCount((before) => before + 1);
    },
    { batch },
  );
  useEffect(() => committed?.());
  return <p>{count}</p>;
}

/** A page that speaks to a server without our protocol: what it says arrives in one task. */
const openPlain = async (props: ListProps, error?: (error: ResilientSocketError) => void) => {
  const world = fakePorts();
  const view = render(
    <ResilientSocketProvider url="ws://localhost/ws" ports={world.ports} protocol={plainProtocol()}>
      <List {...props} />
      {error && <Grab into={({ on }) => on("error", error)} />}
    </ResilientSocketProvider>,
  );
  await act(async () => world.sockets[0]?.open());
  const burst = (from: number, to: number) =>
    act(async () => {
      for (let n = from; n <= to; n++) world.sockets[0]?.receive(`${n}`);
    });
  return { world, view, burst };
};
const dataOf = (messages: readonly Message[]) => messages.map(({ data }) => data);

describe("useSubscription in batches", () => {
  it("commits at most once a frame over 1,000 messages in one task", async () => {
    const committed = vi.fn();
    const heard = vi.fn<(batch: readonly Message[]) => void>();
    const { world, view, burst } = await openPlain({ batch: "frame", committed, heard });
    committed.mockClear();
    await burst(1, 1_000);
    expect([committed.mock.calls.length, heard.mock.calls.length]).toEqual([0, 0]);
    await world.advance(frameMs);
    expect([committed.mock.calls.length, heard.mock.calls.length]).toEqual([1, 1]);
    expect(view.container.textContent).toBe("1000");
    expect(dataOf(heard.mock.calls[0]![0])).toEqual(Array.from({ length: 1_000 }, (_, n) => n + 1));
    await world.advance(10 * frameMs);
    expect(committed).toHaveBeenCalledTimes(1);
  });

  it("hands over a batch per frame while messages go on, and arms nothing in between", async () => {
    const heard = vi.fn<(batch: readonly Message[]) => void>();
    const { world, burst } = await openPlain({ batch: "frame", heard });
    const { timers } = world.alive();
    for (let frame = 0; frame < 5; frame++) {
      await burst(1, 10);
      await burst(11, 20);
      expect(world.alive().timers).toBe(timers + 1);
      await world.advance(frameMs);
      expect(world.alive().timers).toBe(timers);
    }
    expect(heard.mock.calls.map(([batch]) => batch.length)).toEqual([20, 20, 20, 20, 20]);
  });

  it("hands over once a task where told to: no frame is waited for", async () => {
    const heard = vi.fn<(batch: readonly Message[]) => void>();
    const { world, burst } = await openPlain({ batch: "task", heard });
    await burst(1, 3);
    expect(heard).not.toHaveBeenCalled();
    await world.advance(0);
    expect(heard.mock.calls.map(([batch]) => dataOf(batch))).toEqual([[1, 2, 3]]);
  });

  it("goes on after a handler that threw, and reports it (fault 44)", async () => {
    const errors: string[] = [];
    const heard = vi.fn<(batch: readonly Message[]) => void>().mockImplementationOnce(() => {
      throw new Error("mine");
    });
    const { world, view, burst } = await openPlain({ batch: "frame", heard }, ({ code }) =>
      errors.push(code),
    );
    await burst(1, 2);
    await world.advance(frameMs);
    await burst(3, 4);
    await world.advance(frameMs);
    expect({ errors, text: view.container.textContent }).toEqual({ errors: ["HANDLER_THREW"], text: "2" });
  });

  it("hands over what waits to a component that leaves, then nothing, and leaves no timer (fault 42)", async () => {
    const complaints = vi.spyOn(console, "error");
    const heard = vi.fn<(batch: readonly Message[]) => void>();
    const { world, view, burst } = await openPlain({ batch: "frame", heard });
    await burst(1, 3);
    view.unmount();
    await world.advance(1_000);
    expect(heard.mock.calls.map(([batch]) => dataOf(batch))).toEqual([[1, 2, 3]]);
    expect(world.alive()).toEqual({ sockets: 0, timers: 0, listeners: 0 });
    expect(complaints).not.toHaveBeenCalled();
  });

  it("loses nothing of a burst larger than what may wait, though nobody could read it again", async () => {
    const committed = vi.fn();
    const heard = vi.fn<(batch: readonly Message[]) => void>();
    const { world, burst } = await openPlain({ batch: "frame", committed, heard });
    committed.mockClear();
    await burst(1, 3_500);
    await world.advance(frameMs);
    expect(heard.mock.calls.map(([batch]) => batch.length)).toEqual([1_000, 1_000, 1_000, 500]);
    expect(heard.mock.calls.flatMap(([batch]) => dataOf(batch))).toEqual(
      Array.from({ length: 3_500 }, (_, n) => n + 1),
    );
    // One for the burst, one for what waited for the frame.
    expect(committed).toHaveBeenCalledTimes(2);
  });

  it("loses nothing when the pace changes", async () => {
    const world = fakePorts();
    const heard: unknown[] = [];
    const { rerender } = renderHook(
      ({ batch }: { readonly batch: Pace }) =>
        useSubscription("default", (messages) => heard.push(...dataOf(messages)), { batch }),
      {
        initialProps: { batch: "task" },
        wrapper: ({ children }) => (
          <ResilientSocketProvider url="ws://localhost/ws" ports={world.ports} protocol={plainProtocol()}>
            {children}
          </ResilientSocketProvider>
        ),
      },
    );
    await act(async () => world.sockets[0]?.open());
    await act(async () => world.sockets[0]?.receive("1"));
    rerender({ batch: "frame" });
    await act(async () => world.sockets[0]?.receive("2"));
    await world.advance(frameMs);
    expect(heard).toEqual([1, 2]);
  });

  it("calls the handler of the latest render with what waited for an older one", async () => {
    const [older, newer] = [vi.fn(), vi.fn<(batch: readonly Message[]) => void>()];
    const world = fakePorts();
    const { rerender } = renderHook(({ hear }) => useSubscription("default", hear, { batch: "frame" }), {
      initialProps: { hear: older },
      wrapper: ({ children }) => (
        <ResilientSocketProvider url="ws://localhost/ws" ports={world.ports} protocol={plainProtocol()}>
          {children}
        </ResilientSocketProvider>
      ),
    });
    await act(async () => world.sockets[0]?.open());
    await act(async () => world.sockets[0]?.receive("1"));
    rerender({ hear: newer });
    await world.advance(frameMs);
    expect([older.mock.calls.length, newer.mock.calls.map(([batch]) => dataOf(batch))]).toEqual([0, [[1]]]);
  });

  it("holds at most 1,000 in a page that paints nothing: nothing is lost", async () => {
    const { world, page, ports, pass } = openWorld();
    const got: number[] = [];
    const sizes: number[] = [];
    const results: string[] = [];
    function Hear() {
      useSubscription(
        "room",
        (messages) => {
          sizes.push(messages.length);
          got.push(...messages.map(({ data }) => data as number));
        },
        { batch: "frame", onContinuity: ({ result }) => results.push(result) },
      );
      return null;
    }
    render(
      <ResilientSocketProvider url="ws://localhost/ws" ports={ports}>
        <Hear />
      </ResilientSocketProvider>,
    );
    await pass();
    page.hide();
    await pass(10);
    for (let n = 1; n <= 3_500; n++) void world.server().publish("room", n);
    await pass(20_000);
    expect(got).toEqual(Array.from({ length: 3_500 }, (_, n) => n + 1));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1_000);
    expect(results.filter((result) => !["kept", "replayed"].includes(result))).toEqual([]);
    await world.close();
  });

  it("drops what the filter refuses, and tells a continuity after what it counts", async () => {
    const { world, ports, pass } = openWorld();
    const log: string[] = [];
    function Hear() {
      useSubscription("room", (messages) => log.push(dataOf(messages).join("+")), {
        batch: "frame",
        filter: ({ data }) => data !== "hidden",
        onContinuity: ({ result }) => log.push(`(${result})`),
      });
      return null;
    }
    render(
      <ResilientSocketProvider url="ws://localhost/ws" ports={ports}>
        <Hear />
      </ResilientSocketProvider>,
    );
    await pass();
    log.length = 0;
    await world.server().publish("room", "a");
    await world.server().publish("room", "hidden");
    await world.server().publish("room", "b");
    await pass();
    world.network.cut();
    await world.server().publish("room", "c");
    await pass(60_000);
    expect(log.join(" ").replace(/ \(kept\)/g, "")).toBe("a+b c (replayed)");
    await world.close();
  });
});
