import { act, cleanup, render, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, describe, expect, expectTypeOf, it, vi } from "vitest";
import { createSocketHooks } from "../../hooks/createSocketHooks.tsx";
import { ResilientSocketProvider } from "../../providers/ResilientSocketProvider.tsx";
import { useConnectionState } from "../../hooks/useConnectionState.ts";
import * as barrel from "../../src/entry/index.ts";
import type { Message } from "../../src/client/message.ts";
import { fakeClient } from "./fakeClient.ts";

interface Chat {
  readonly text: string;
}
interface Price {
  readonly symbol: string;
  readonly cents: number;
}
interface App {
  lobby: Chat;
  prices: { send: { watch: string }; receive: Price };
  [room: `room:${string}`]: Chat;
}

const app = createSocketHooks<App>();
const other = createSocketHooks<{ log: string }>();

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

function Three() {
  const names = [app.useConnectionState(), other.useConnectionState(), useConnectionState()];
  return names.map(({ name }) => name).join(" ");
}

describe("createSocketHooks", () => {
  it("gives each call a connection of its own, beside the default one", () => {
    const [one, two, three] = [fakeClient(), fakeClient(), fakeClient()];
    const view = render(
      <app.ResilientSocketProvider client={one.client}>
        <other.ResilientSocketProvider client={two.client}>
          <ResilientSocketProvider client={three.client}>
            <Three />
          </ResilientSocketProvider>
        </other.ResilientSocketProvider>
      </app.ResilientSocketProvider>,
    );
    act(() => one.state.set({ name: "connected", since: 1 }));
    act(() => two.state.set({ name: "connecting", attempt: 0 }));
    expect(view.container.textContent).toBe("connected connecting disconnected");
  });

  it("hears and sends like the untyped hooks", () => {
    const fake = fakeClient();
    const heard: string[] = [];
    const wrapper = ({ children }: { readonly children: ReactNode }) => (
      <app.ResilientSocketProvider client={fake.client}>{children}</app.ResilientSocketProvider>
    );
    const { result } = renderHook(
      () => {
        app.useSubscription("room:1", ({ data }) => heard.push(data.text));
        return {
          depth: app.useQueueState(({ depth }) => depth),
          socket: app.useResilientWS({ channel: "prices", onMessage: ({ data }) => heard.push(data.symbol) }),
          client: app.useResilientClient(),
        };
      },
      { wrapper },
    );
    fake.deliver("room:1", { text: "hi" });
    fake.deliver("prices", { symbol: "ACME", cents: 1 });
    result.current.socket.send({ watch: "ACME" });
    expect(heard).toEqual(["hi", "ACME"]);
    expect(fake.client.send).toHaveBeenCalledWith({ watch: "ACME" }, { channel: "prices" });
    expect([result.current.depth, result.current.client]).toEqual([0, fake.client]);
  });

  it("has every hook of the barrel, on its own provider", () => {
    const fake = fakeClient();
    const names = Object.keys(barrel).filter((name) => name.startsWith("use"));
    expect(names.filter((name) => !(name in app))).toEqual([]);
    const batches: unknown[] = [];
    const { result } = renderHook(
      () => {
        app.useSubscription("lobby", (messages) => batches.push(messages), { batch: "task" });
        return {
          outbox: app.useOutbox("room:1").map(({ id }) => id),
          last: app.useLastMessage("lobby", ({ data }) => data.text),
          sent: app.useReceipt(null),
          role: app.useTabRole(),
          can: app.useCanSend(),
        };
      },
      {
        wrapper: ({ children }: { readonly children: ReactNode }) => (
          <app.ResilientSocketProvider client={fake.client}>{children}</app.ResilientSocketProvider>
        ),
      },
    );
    const row = { payload: null, bytes: 1, queuedAt: 1, status: "queued" } as const;
    act(() => fake.deliver("lobby", { text: "hi" }));
    act(() =>
      fake.entries.set([
        { ...row, id: "a", channel: "room:1" },
        { ...row, id: "b", channel: "lobby" },
      ]),
    );
    act(() => fake.tabs.set({ role: "follower", rung: "locks", term: 1 }));
    act(() => fake.setQueue({ saturation: 1 }));
    expect(result.current).toEqual({
      outbox: ["a"],
      last: "hi",
      sent: undefined,
      role: "follower",
      can: false,
    });
    expect(fake.client.backlog).toHaveBeenCalledWith(
      "lobby",
      expect.any(Function),
      expect.objectContaining({ pace: "task" }),
    );
  });

  it("takes a target of its own", () => {
    const fake = fakeClient();
    const { result } = renderHook(() => app.useResilientWS(fake.client, { channel: "lobby" }));
    result.current.send({ text: "hi" });
    expect(fake.client.send).toHaveBeenCalledWith({ text: "hi" }, { channel: "lobby" });
  });

  it("throws NO_PROVIDER below the provider of others", () => {
    vi.spyOn(console, "error").mockReturnValue();
    const below = ({ children }: { readonly children: ReactNode }) => (
      <ResilientSocketProvider client={fakeClient().client}>{children}</ResilientSocketProvider>
    );
    expect(() => renderHook(() => app.useResilientClient(), { wrapper: below })).toThrow("NO_PROVIDER");
  });

  it("types payloads by channel, in both directions, template-literal names included", () => {
    // Never called: the compiler is the test.
    const typed = () => {
      const room = app.useResilientWS({
        channel: "room:42",
        onMessage: ({ data }) => expectTypeOf(data).toEqualTypeOf<Chat>(),
        filter: ({ data }) => data.text !== "",
      });
      expectTypeOf(room.send).parameter(0).toEqualTypeOf<Chat>();
      const prices = app.useResilientWS("wss://x", {
        channel: "prices",
        onMessage: ({ data }) => expectTypeOf(data).toEqualTypeOf<Price>(),
      });
      expectTypeOf(prices.send).parameter(0).toEqualTypeOf<{ watch: string }>();
      app.useSubscription("lobby", ({ data }) => expectTypeOf(data).toEqualTypeOf<Chat>());
      app.useSubscription(
        "room:1",
        (messages) => expectTypeOf(messages).toEqualTypeOf<readonly Message<Chat>[]>(),
        { batch: "frame", filter: ({ data }) => data.text !== "" },
      );
      expectTypeOf(app.useLastMessage("prices")).toEqualTypeOf<Message<Price> | undefined>();
      expectTypeOf(app.useLastMessage("room:1", ({ data }) => data.text.length)).toEqualTypeOf<
        number | undefined
      >();
      // @ts-expect-error no such channel
      app.useOutbox("nowhere");
      // @ts-expect-error no such channel
      app.useSubscription("nowhere", () => undefined);
      // @ts-expect-error not what this channel carries
      room.send({ txt: "" });
      expectTypeOf(app.useQueueState(({ depth }) => depth)).toEqualTypeOf<number>();
      const attempt = app.useConnectionState((state) => state.name === "reconnecting" && state.attempt);
      expectTypeOf(attempt).toEqualTypeOf<number | false>();
    };
    expect(typed).toBeTypeOf("function");
  });
});
