import { act, cleanup, render, renderHook } from "@testing-library/react";
import { useEffect, type ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useCanSend } from "../../hooks/useCanSend.ts";
import { useOutbox } from "../../hooks/useOutbox.ts";
import { useQueueState } from "../../hooks/useQueueState.ts";
import { useReceipt } from "../../hooks/useReceipt.ts";
import { useTabRole } from "../../hooks/useTabRole.ts";
import { ResilientSocketProvider } from "../../providers/ResilientSocketProvider.tsx";
import { refusedReceipt } from "../../src/client/createReceipt.ts";
import type { Receipt } from "../../src/client/receipt.ts";
import type { ResilientClient } from "../../src/client/ResilientClient.ts";
import { ResilientSocketError } from "../../src/client/surface.ts";
import { fakeClient } from "./fakeClient.ts";
import { Grab } from "./Grab.tsx";
import { openWorld } from "./openWorld.tsx";

let fake: ReturnType<typeof fakeClient>;
const inside = ({ children }: { readonly children: ReactNode }) => (
  <ResilientSocketProvider client={fake.client}>{children}</ResilientSocketProvider>
);
beforeEach(() => {
  fake = fakeClient();
});
afterEach(cleanup);

/** A page on the real client and server, and what is inside of it. */
const openPage = async (children: ReactNode) => {
  const { world, pass, room } = openWorld();
  let client: ResilientClient | undefined;
  const grab = (one: ResilientClient) => (client = one);
  const view = render(
    room(
      <>
        {children}
        <Grab into={grab} />
      </>,
    ),
  );
  await pass();
  return { world, pass, client: client!, text: () => view.container.textContent, view, room };
};

function Waiting({ committed }: { readonly committed: () => void }) {
  const waiting = useQueueState(({ depth }) => depth > 0);
  useEffect(committed);
  return waiting ? "waiting" : "empty";
}

function Entries({ channel, committed }: { readonly channel?: string; readonly committed?: () => void }) {
  const entries = useOutbox(channel);
  useEffect(() => committed?.());
  return entries.map(({ payload, status }) => `${String(payload)} ${status}`).join();
}

function Sent({ receipt }: { readonly receipt: Receipt | null }) {
  const status = useReceipt(receipt);
  return <p>{status?.kind ?? "nothing"}</p>;
}

describe("useQueueState", () => {
  it("commits at most twice over 1,000 sends where it asks for depth > 0", async () => {
    const committed = vi.fn();
    const { world, pass, client, text } = await openPage(<Waiting committed={committed} />);
    committed.mockClear();
    const receipts: Receipt[] = [];
    await act(async () => {
      for (let n = 0; n < 1_000; n++) receipts.push(client.send(n, { channel: "room" }));
    });
    expect(text()).toBe("waiting");
    await pass();
    expect(text()).toBe("empty");
    expect(new Set(receipts.map(({ status }) => status.get().kind))).toEqual(new Set(["acked"]));
    expect(committed).toHaveBeenCalledTimes(2);
    await world.close();
  });
});

describe("useOutbox", () => {
  it("lists what is not settled, from queued to the answer", async () => {
    const { world, pass, client, text } = await openPage(<Entries />);
    world.network.refuse(true);
    world.network.cut();
    await pass(10);
    act(() => void client.send("a", { channel: "room" }));
    act(() => void client.send("b", { channel: "other" }));
    await pass(10);
    expect(text()).toBe("a queued,b queued");
    world.network.refuse(false);
    await pass(30_000);
    expect(text()).toBe("");
    await world.close();
  });

  it("lists one channel, and renders for no other", async () => {
    const committed = vi.fn();
    const { world, pass, client, text } = await openPage(<Entries channel="room" committed={committed} />);
    world.network.refuse(true);
    world.network.cut();
    await pass(10);
    act(() => void client.send("mine", { channel: "room" }));
    await pass(10);
    expect(text()).toBe("mine queued");
    committed.mockClear();
    for (let n = 0; n < 10; n++) {
      act(() => void client.send(n, { channel: "other" }));
      await pass(10);
    }
    expect(client.outbox.entries.get()).toHaveLength(11);
    expect(committed).not.toHaveBeenCalled();
    await world.close();
  });

  it("follows cancel, and a channel that changes", async () => {
    const { world, pass, client, text, view, room } = await openPage(<Entries channel="room" />);
    world.network.refuse(true);
    world.network.cut();
    await pass(10);
    const first = client.send("first", { channel: "room" });
    client.send("second", { channel: "room" });
    client.send("else", { channel: "other" });
    await pass(10);
    expect(text()).toBe("first queued,second queued");
    client.outbox.cancel(first.id);
    await pass(10);
    expect(text()).toBe("second queued");
    view.rerender(room(<Entries channel="other" />));
    expect(text()).toBe("else queued");
    await world.close();
  });
});

describe("useReceipt", () => {
  it("follows a message to its settlement, through renders without one", async () => {
    const { world, pass, client, text, view, room } = await openPage(<Sent receipt={null} />);
    expect(text()).toBe("nothing");
    const receipt = client.send("x", { channel: "room" });
    view.rerender(room(<Sent receipt={receipt} />));
    expect(text()).toBe("queued");
    await pass(1);
    expect(text()).toBe("inFlight");
    await pass();
    expect(text()).toBe("acked");
    view.rerender(room(<Sent receipt={null} />));
    expect(text()).toBe("nothing");
    await world.close();
  });

  it("needs no provider, and knows what was refused at once", () => {
    const { result } = renderHook(() => useReceipt(refusedReceipt("1", "SSR")));
    expect(result.current).toEqual({ kind: "rejected", code: "SSR", by: "client" });
  });
});

describe("useCanSend", () => {
  const error = new ResilientSocketError("UNAUTHORISED", "nobody");

  it("is true while a message would go out, now or later", () => {
    const { result } = renderHook(useCanSend, { wrapper: inside });
    expect(result.current).toBe(true);
    act(() => fake.state.set({ name: "connecting", attempt: 0 }));
    act(() => fake.state.set({ name: "connected", since: 1 }));
    expect(result.current).toBe(true);
  });

  it("is false in failed, and true again when that is left", () => {
    const { result } = renderHook(useCanSend, { wrapper: inside });
    act(() => fake.state.set({ name: "failed", code: error.code, error, recovery: { kind: "sign-in" } }));
    expect(result.current).toBe(false);
    act(() => fake.state.set({ name: "connecting", attempt: 0 }));
    expect(result.current).toBe(true);
  });

  it("is false after dispose(), and while the outbox is full", () => {
    const { result } = renderHook(useCanSend, { wrapper: inside });
    act(() => fake.setQueue({ saturation: 1 }));
    expect(result.current).toBe(false);
    act(() => fake.setQueue({ saturation: 0.999 }));
    expect(result.current).toBe(true);
    act(() => fake.state.set({ name: "disconnected", reason: "disposed" }));
    expect(result.current).toBe(false);
  });

  it("says of the real outbox what its next message meets", async () => {
    const { world, page, ports } = openWorld();
    const seen: boolean[] = [];
    let client: ResilientClient | undefined;
    const grab = (one: ResilientClient) => (client = one);
    function Can() {
      const can = useCanSend();
      useEffect(() => void seen.push(can), [can]);
      return null;
    }
    render(
      <ResilientSocketProvider
        url="ws://localhost/ws"
        ports={ports}
        outbox={{ capacity: 2 }}
        connect="manual"
      >
        <Can />
        <Grab into={grab} />
      </ResilientSocketProvider>,
    );
    await act(async () => void client?.send(1));
    await act(async () => void client?.send(2));
    expect(client?.send(3).status.get()).toMatchObject({ kind: "rejected", code: "QUEUE_FULL" });
    expect(seen).toEqual([true, false]);
    expect(page.listeners()).toBe(0);
    await world.close();
  });
});

describe("useTabRole", () => {
  it("answers the role alone", () => {
    const { result } = renderHook(useTabRole, { wrapper: inside });
    expect(result.current).toBe("solo");
    act(() => fake.tabs.set({ role: "leader", rung: "locks", term: 1 }));
    expect(result.current).toBe("leader");
  });
});
