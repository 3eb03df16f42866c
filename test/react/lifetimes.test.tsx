import { act, cleanup, render } from "@testing-library/react";
import { WebSocket as MockWebSocket } from "mock-socket";
import type { ReactNode } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { useCanSend } from "../../hooks/useCanSend.ts";
import { useConnectionState } from "../../hooks/useConnectionState.ts";
import { useLastMessage } from "../../hooks/useLastMessage.ts";
import { useOutbox } from "../../hooks/useOutbox.ts";
import { useQueueState } from "../../hooks/useQueueState.ts";
import { useReceipt } from "../../hooks/useReceipt.ts";
import { useResilientWS } from "../../hooks/useResilientWS.ts";
import { useSubscription } from "../../hooks/useSubscription.ts";
import { useTabRole } from "../../hooks/useTabRole.ts";
import { ResilientSocketProvider } from "../../providers/ResilientSocketProvider.tsx";
import { version } from "../../providers/version.ts";
import { plainProtocol } from "../../src/client/plainProtocol.ts";
import type { Receipt } from "../../src/client/receipt.ts";
import { fakeClient } from "./fakeClient.ts";
import { fakePorts, frameMs } from "./fakePorts.ts";

afterEach(cleanup);

const nothing = () => undefined;
let receiptListeners = 0;
const status: Receipt["status"] = {
  get: () => queued,
  getServer: () => queued,
  subscribe: () => {
    receiptListeners++;
    return () => void receiptListeners--;
  },
};
const queued = { kind: "queued" } as const;
const receipt = { id: "r", status } as Receipt;

function EveryHook() {
  useSubscription("room", nothing);
  useSubscription("room", nothing, { batch: "frame" });
  useSubscription("default", nothing, { batch: "task" });
  const { queue } = useResilientWS({ channel: "room", onMessage: nothing, onContinuity: nothing });
  return JSON.stringify([
    queue.depth,
    useConnectionState().name,
    useQueueState(({ depth }) => depth),
    useOutbox("room").length,
    useLastMessage("default")?.id,
    useReceipt(receipt).kind,
    useTabRole(),
    useCanSend(),
  ]);
}

function Hearing() {
  useSubscription("default", nothing, { batch: "frame" });
  return useConnectionState().name;
}

function OfUrl({ url }: { readonly url: string }) {
  return useResilientWS(url, { onMessage: nothing }).state.name;
}

/** A hundred at a time, a hundred times; on the older React ten times. */
const many = (make: (key: number) => ReactNode): ReactNode => Array.from({ length: 100 }, (_, n) => make(n));
const rounds = Array.from({ length: process.env.EXPECT_REACT === "19." ? 100 : 10 }, (_, n) => n);

describe(`${rounds.length * 100} mounts leave nothing (fault 39)`, { timeout: 120_000 }, () => {
  it("of components with every hook: no subscription, listener or timer", async () => {
    const world = fakePorts();
    const app = (children: ReactNode) => (
      <ResilientSocketProvider url="ws://localhost/ws" ports={world.ports} protocol={plainProtocol()}>
        {children}
      </ResilientSocketProvider>
    );
    const view = render(app(null));
    await act(async () => world.sockets[0]?.open());
    await world.advance(60_000);
    const before = world.alive();
    for (const round of rounds) {
      view.rerender(app(many((n) => <EveryHook key={`${round} ${n}`} />)));
      // Batches wait for the next frame, which finds their component gone.
      act(() => world.sockets[0]?.receive(`${round}`));
    }
    view.rerender(app(null));
    await world.advance(60_000);
    expect(world.alive()).toEqual(before);
    expect(world.sockets).toHaveLength(1);
    view.unmount();
    await world.advance();
    expect(world.alive()).toEqual({ sockets: 0, timers: 0, listeners: 0 });
  });

  it("of the same, counted at the client: every store and channel is let go", () => {
    const fake = fakeClient();
    const app = (children: ReactNode) => (
      <ResilientSocketProvider client={fake.client}>{children}</ResilientSocketProvider>
    );
    const view = render(app(many((n) => <EveryHook key={n} />)));
    expect(fake.listeners()).toBeGreaterThan(100);
    view.rerender(app(null));
    expect([fake.listeners(), receiptListeners]).toEqual([0, 0]);
  });

  it("of providers: no socket, timer or listener", async () => {
    for (const round of rounds) {
      const world = fakePorts();
      const view = render(
        many((n) => (
          <ResilientSocketProvider key={n} url={`ws://localhost/${round}`} ports={world.ports}>
            <Hearing />
          </ResilientSocketProvider>
        )),
      );
      expect(world.alive().sockets).toBe(100);
      if (round % 2) await act(async () => world.sockets.at(-1)?.open());
      view.unmount();
      await world.advance(frameMs);
      expect(world.alive()).toEqual({ sockets: 0, timers: 0, listeners: 0 });
    }
  });

  it("of components that name a URL: no socket or timer, and only the last URLs are remembered", async () => {
    vi.useFakeTimers();
    const open = new Set<MockWebSocket>();
    class CountedWebSocket extends MockWebSocket {
      constructor(...input: ConstructorParameters<typeof MockWebSocket>) {
        super(...input);
        open.add(this);
        this.addEventListener("close", () => open.delete(this));
      }
    }
    vi.stubGlobal("WebSocket", CountedWebSocket);
    for (const round of rounds) {
      const view = render(many((n) => <OfUrl key={n} url={`ws://localhost/${round}/${n % 4}`} />));
      if (round === 0) expect(open.size).toBe(4);
      view.unmount();
      await vi.advanceTimersByTimeAsync(100);
      expect([open.size, vi.getTimerCount()]).toEqual([0, 0]);
    }
    const remembered = (globalThis as Record<symbol, Map<string, unknown> | undefined>)[
      Symbol.for(`resilient-socket.clients@${version}`)
    ];
    expect(remembered?.size).toBe(4);
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });
});
