import { act, cleanup, render, renderHook } from "@testing-library/react";
import { Component, memo, StrictMode, useEffect, type ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useConnectionState } from "../../hooks/useConnectionState.ts";
import { useQueueState } from "../../hooks/useQueueState.ts";
import { useResilientClient } from "../../hooks/useResilientClient.ts";
import { useResilientWS } from "../../hooks/useResilientWS.ts";
import type { ResilientWS } from "../../hooks/resilientWS.ts";
import { useSubscription } from "../../hooks/useSubscription.ts";
import { ResilientSocketProvider } from "../../providers/ResilientSocketProvider.tsx";
import type { Message } from "../../src/client/message.ts";
import { plainProtocol } from "../../src/client/plainProtocol.ts";
import type { Receipt } from "../../src/client/receipt.ts";
import { ResilientSocketError } from "../../src/client/surface.ts";
import { fakeClient } from "./fakeClient.ts";
import { fakePorts } from "./fakePorts.ts";

type Fake = ReturnType<typeof fakeClient>;
let fake: Fake;
const inside = ({ children }: { readonly children: ReactNode }) => (
  <ResilientSocketProvider client={fake.client}>{children}</ResilientSocketProvider>
);
beforeEach(() => {
  fake = fakeClient();
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

// Components stand outside of the tests: the compiler takes them out of a function, away from its variables.
interface Rendered {
  readonly rendered: () => void;
}

const ManyReads = memo(function ManyReads({ rendered }: Rendered) {
  const state = useConnectionState();
  const { isUp } = useConnectionState((now) => ({ isUp: now.name === "connected" }));
  const { state: again } = useResilientWS();
  useEffect(rendered);
  return state === again && isUp ? "+" : "-";
});

function QueueReader({ rendered }: Rendered) {
  const { queue } = useResilientWS();
  useEffect(rendered);
  return queue.depth;
}

function StateReader({ rendered }: Rendered) {
  const { state } = useResilientWS();
  useEffect(rendered);
  return state.name;
}

function Hear({ hear }: { readonly hear: (message: Message) => void }) {
  useSubscription("default", hear);
  return <p>alive</p>;
}

function Report({ report }: { readonly report: (error: ResilientSocketError) => void }) {
  const client = useResilientClient();
  useEffect(() => client.on("error", report), [client, report]);
  return null;
}

const MemoisedChild = memo(({ socket }: { readonly socket: ResilientWS }) => (
  <>{`${socket.state.name} ${socket.queue.depth}`}</>
));

function HandsItOn() {
  return <MemoisedChild socket={useResilientWS()} />;
}

function Room({ throwOnFailed }: { readonly throwOnFailed: boolean }) {
  return useResilientWS({ throwOnFailed }).state.name;
}

function Sender({
  signal,
  sent,
}: {
  readonly signal?: AbortSignal;
  readonly sent: (receipt: Receipt) => void;
}) {
  const { send } = useResilientWS();
  useEffect(() => sent(send("x", { signal })), [send, signal, sent]);
  return null;
}

describe("reading", () => {
  it("renders 100 readers of state 0 times over 1,000 incoming messages", async () => {
    const world = fakePorts();
    const rendered = vi.fn();
    const hear = vi.fn();
    const view = render(
      <ResilientSocketProvider url="ws://localhost/ws" ports={world.ports} protocol={plainProtocol()}>
        {Array.from({ length: 100 }, (_, n) => (
          <ManyReads key={n} rendered={rendered} />
        ))}
        <div hidden>
          <Hear hear={hear} />
        </div>
      </ResilientSocketProvider>,
    );
    await act(async () => world.sockets[0]?.open());
    expect(view.container.textContent).toBe("+".repeat(100) + "alive");
    rendered.mockClear();
    await act(async () => {
      for (let n = 0; n < 1_000; n++) world.sockets[0]?.receive(`{"n":${n}}`);
    });
    expect(hear).toHaveBeenCalledTimes(1_000);
    expect(rendered).not.toHaveBeenCalled();
  });

  it("renders a selector with an object result 0 times over 1,000 irrelevant updates", () => {
    let renders = 0;
    const { result } = renderHook(
      () => {
        renders++;
        return useQueueState(({ durability, capacity }) => ({ durability, list: capacity }));
      },
      { wrapper: inside },
    );
    const first = result.current;
    renders = 0;
    act(() => {
      for (let depth = 1; depth <= 1_000; depth++) fake.setQueue({ depth });
    });
    expect(renders).toBe(0);
    act(() => fake.setQueue({ capacity: 5 }));
    expect(result.current).toEqual({ durability: "memory", list: 5 });
    expect(result.current).not.toBe(first);
  });

  it("reads everything without a selector, and compares as told", () => {
    const everything = renderHook(() => useQueueState(), { wrapper: inside });
    const even = renderHook(
      () =>
        useQueueState(
          ({ depth }) => depth,
          (a, b) => a >> 1 === b >> 1,
        ),
      { wrapper: inside },
    );
    act(() => fake.setQueue({ depth: 1 }));
    expect([everything.result.current.depth, even.result.current]).toEqual([1, 0]);
    act(() => fake.setQueue({ depth: 2 }));
    expect([everything.result.current.depth, even.result.current]).toEqual([2, 2]);
  });

  it("follows a selector that changes with the component's props", () => {
    const { result, rerender } = renderHook(
      ({ key }: { key: "depth" | "bytes" }) => useQueueState((queue) => queue[key]),
      { wrapper: inside, initialProps: { key: "depth" } },
    );
    act(() => fake.setQueue({ depth: 3, bytes: 30 }));
    expect(result.current).toBe(3);
    rerender({ key: "bytes" });
    expect(result.current).toBe(30);
  });

  it("removes every listener on unmount", () => {
    const view = renderHook(
      () => [useConnectionState(), useQueueState(), useResilientWS({ onMessage: () => undefined }).queue],
      { wrapper: inside },
    );
    expect(fake.state.listeners()).toBeGreaterThan(0);
    view.unmount();
    expect([fake.state.listeners(), fake.queue.listeners(), fake.subscriptions.size]).toEqual([0, 0, 0]);
  });
});

describe("useResilientWS", () => {
  it("renders on the queue only where the queue is read", () => {
    const renders = { reader: 0, other: 0 };
    const view = render(
      <>
        <QueueReader rendered={() => void renders.reader++} />
        <StateReader rendered={() => void renders.other++} />
      </>,
      { wrapper: inside },
    );
    expect(renders).toEqual({ reader: 1, other: 1 });
    act(() => fake.setQueue({ depth: 7 }));
    expect(view.container.textContent).toBe("7disconnected");
    expect(renders).toEqual({ reader: 2, other: 1 });
    act(() => fake.state.set({ name: "connecting", attempt: 0 }));
    expect(view.container.textContent).toBe("7connecting");
    expect(renders).toEqual({ reader: 3, other: 2 });
  });

  it("shows a memoised child that is given the whole object every change", () => {
    const view = render(<HandsItOn />, { wrapper: inside });
    act(() => fake.setQueue({ depth: 1 }));
    expect(view.container.textContent).toBe("disconnected 1");
    act(() => fake.state.set({ name: "connecting", attempt: 0 }));
    expect(view.container.textContent).toBe("connecting 1");
  });

  it("sends to its channel by a function that stays the same over renders and state changes", () => {
    const first: { channel?: string } = { channel: "room:1" };
    const { result, rerender } = renderHook(
      ({ channel }: { channel?: string | undefined }) => useResilientWS({ channel }),
      { wrapper: inside, initialProps: first },
    );
    const { send } = result.current;
    rerender({ channel: "room:1" });
    act(() => fake.state.set({ name: "connected", since: 1 }));
    act(() => fake.setQueue({ depth: 1 }));
    expect(result.current.send).toBe(send);
    send("a");
    send("b", { ttlMs: 5 });
    send("c", { channel: "other" });
    rerender({});
    result.current.send("d");
    expect(fake.client.send.mock.calls).toEqual([
      ["a", { channel: "room:1" }],
      ["b", { channel: "room:1", ttlMs: 5 }],
      ["c", { channel: "other" }],
      ["d", { channel: "default" }],
    ]);
    result.current.reconnect();
    result.current.disconnect();
    expect([fake.client.reconnect, fake.client.disconnect].map((call) => call.mock.calls.length)).toEqual([
      1, 1,
    ]);
  });

  it("speaks to a client it is given, holds it while mounted and needs no provider", () => {
    const { result, unmount } = renderHook(
      () => useResilientWS(fake.client, { channel: "c", onMessage: () => undefined }),
      { wrapper: StrictMode },
    );
    result.current.send(1);
    expect(fake.client.send).toHaveBeenCalledWith(1, { channel: "c" });
    expect([fake.holders(), fake.subscriptions.size]).toEqual([1, 1]);
    unmount();
    expect([fake.holders(), fake.subscriptions.size]).toEqual([0, 0]);
    expect(fake.client.dispose).not.toHaveBeenCalled();
  });

  it("is idle for null: disconnected, every message rejected at once, nothing dialled", async () => {
    const open = vi.fn();
    vi.stubGlobal("WebSocket", open);
    const { result, rerender } = renderHook(
      ({ target }: { target: typeof fake.client | null }) => useResilientWS(target, { onMessage: vi.fn() }),
      { initialProps: { target: null as typeof fake.client | null } },
    );
    expect(result.current.state).toEqual({ name: "disconnected", reason: "initial" });
    expect(await result.current.send("x").settled).toMatchObject({ kind: "rejected", by: "client" });
    result.current.reconnect();
    expect(open).not.toHaveBeenCalled();
    rerender({ target: fake.client });
    expect(fake.holders()).toBe(1);
    rerender({ target: null });
    expect(fake.holders()).toBe(0);
    vi.unstubAllGlobals();
  });

  it("throws what failed to the error boundary where it is told to", () => {
    vi.spyOn(console, "error").mockReturnValue();
    const error = new ResilientSocketError("UNAUTHORISED", "nobody is signed in");
    class Boundary extends Component<{ readonly children: ReactNode }> {
      override state: { readonly error?: Error } = {};
      static getDerivedStateFromError = (caught: Error) => ({ error: caught });
      override render() {
        return this.state.error ? this.state.error.message : this.props.children;
      }
    }
    const view = render(
      <>
        <Room throwOnFailed={false} />
        <Boundary>
          <Room throwOnFailed />
        </Boundary>
      </>,
      { wrapper: inside },
    );
    act(() => fake.state.set({ name: "failed", code: "UNAUTHORISED", error, recovery: { kind: "sign-in" } }));
    expect(view.container.textContent).toBe("failed[UNAUTHORISED] nobody is signed in");
  });
});

describe("handlers", () => {
  it("are those of the latest render, without a new subscription", () => {
    const heard: string[] = [];
    const { rerender } = renderHook(
      ({ n }: { n: number }) =>
        useSubscription("room", (message) => heard.push(`${n}: ${String(message.data)}`), {
          since: { last: 5 },
          filter: (message) => message.data !== `not for ${n}`,
          onContinuity: ({ result }) => heard.push(`${n}: ${result}`),
        }),
      { wrapper: inside, initialProps: { n: 1 } },
    );
    rerender({ n: 2 });
    fake.deliver("room", "not for 1");
    fake.deliver("room", "not for 2");
    const [subscription] = [...fake.subscriptions];
    subscription?.options.onContinuity?.({
      channel: "room",
      result: "kept",
      replayed: 0,
      missed: 0,
      reason: undefined,
    });
    expect(heard).toEqual(["2: not for 1", "2: kept"]);
    expect(subscription?.options.since).toEqual({ last: 5 });
    expect(fake.client.subscribe).toHaveBeenCalledTimes(1);
  });

  it("follow channel and enabled, and end with the component (fault 42)", () => {
    const heard: unknown[] = [];
    const { rerender, unmount } = renderHook(
      (props: { channel: string; enabled: boolean }) =>
        useSubscription(props.channel, ({ data }) => heard.push(data), { enabled: props.enabled }),
      { wrapper: inside, initialProps: { channel: "a", enabled: false } },
    );
    fake.deliver("a", "before");
    rerender({ channel: "a", enabled: true });
    fake.deliver("a", 1);
    rerender({ channel: "b", enabled: true });
    fake.deliver("a", "after");
    fake.deliver("b", 2);
    unmount();
    fake.deliver("b", "after");
    expect(heard).toEqual([1, 2]);
    expect(fake.subscriptions.size).toBe(0);
  });

  it("are not subscribed by a component that only sends", () => {
    renderHook(() => useResilientWS({ channel: "room" }), { wrapper: inside });
    expect(fake.client.subscribe).not.toHaveBeenCalled();
  });

  it("that throw do not keep the others from hearing, and are reported (fault 44)", async () => {
    const world = fakePorts();
    const heard: unknown[] = [];
    const errors: string[] = [];
    const fail = () => {
      throw new Error("mine");
    };
    const hear = ({ data }: Message) => heard.push(data);
    const report = ({ code }: ResilientSocketError) => errors.push(code);
    const view = render(
      <ResilientSocketProvider url="ws://localhost/ws" ports={world.ports} protocol={plainProtocol()}>
        <Hear hear={fail} />
        <Hear hear={hear} />
        <Report report={report} />
      </ResilientSocketProvider>,
    );
    await act(async () => {
      world.sockets[0]?.open();
      world.sockets[0]?.receive("1");
      world.sockets[0]?.receive("2");
    });
    expect({ heard, errors, text: view.container.textContent }).toEqual({
      heard: [1, 2],
      errors: ["HANDLER_THREW", "HANDLER_THREW"],
      text: "alivealive",
    });
    expect(world.alive().sockets).toBe(1);
  });
});

describe("a message on its way", () => {
  it("outlives the component that sent it; an aborted one does not (fault 42)", async () => {
    const world = fakePorts();
    const settled: string[] = [];
    const sent = (receipt: Receipt) => void receipt.settled.then(({ kind }) => settled.push(kind));
    const left = new AbortController();
    const app = (children: ReactNode) => (
      <ResilientSocketProvider url="ws://localhost/ws" ports={world.ports} protocol={plainProtocol()}>
        {children}
      </ResilientSocketProvider>
    );
    const view = render(
      app(
        <>
          <Sender sent={sent} />
          <Sender sent={sent} signal={left.signal} />
        </>,
      ),
    );
    view.rerender(app(null));
    left.abort();
    await act(async () => world.sockets[0]?.open());
    await world.advance();
    expect(settled).toEqual(["aborted", "sent"]);
    expect(world.sockets[0]?.sent).toEqual(["x"]);
  });
});
