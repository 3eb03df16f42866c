import { act, cleanup, render, renderHook } from "@testing-library/react";
import { memo, StrictMode, useEffect, type ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { lastMessageOf } from "../../hooks/lastMessageOf.ts";
import { useLastMessage } from "../../hooks/useLastMessage.ts";
import { ResilientSocketProvider } from "../../providers/ResilientSocketProvider.tsx";
import type { Message } from "../../src/client/message.ts";
import { fakeClient } from "./fakeClient.ts";
import { openWorld } from "./openWorld.tsx";

let fake: ReturnType<typeof fakeClient>;
const inside = ({ children }: { readonly children: ReactNode }) => (
  <ResilientSocketProvider client={fake.client}>{children}</ResilientSocketProvider>
);
beforeEach(() => {
  fake = fakeClient();
});
afterEach(cleanup);

const kindOf = ({ data }: Message) => ({ kind: (data as { kind: string }).kind });

const Kind = memo(function Kind({ rendered }: { readonly rendered: () => void }) {
  const last = useLastMessage("prices", kindOf);
  useEffect(rendered);
  return last?.kind ?? "-";
});

function Last({ channel = "room" }: { readonly channel?: string }) {
  return <p>{String(useLastMessage(channel)?.data)}</p>;
}

describe("useLastMessage", () => {
  it("renders 100 selectors whose result is unchanged 0 times over 1,000 messages", async () => {
    const { world, pass, room } = openWorld();
    const rendered = vi.fn();
    const view = render(room(Array.from({ length: 100 }, (_, n) => <Kind key={n} rendered={rendered} />)));
    await pass();
    await world.server().publish("prices", { kind: "a", cents: 0 });
    await pass();
    expect(view.container.textContent).toBe("a".repeat(100));
    rendered.mockClear();
    for (let cents = 1; cents <= 1_000; cents++) void world.server().publish("prices", { kind: "a", cents });
    await pass();
    expect(rendered).not.toHaveBeenCalled();
    await world.server().publish("prices", { kind: "b" });
    await pass();
    expect(view.container.textContent).toBe("b".repeat(100));
    await world.close();
  });

  it("subscribes a client to a channel once, however many read it", () => {
    const view = render(
      <>
        <Last />
        <Last />
        <Last channel="other" />
      </>,
      { wrapper: inside },
    );
    expect([...fake.subscriptions].map(({ channel }) => channel)).toEqual(["room", "other"]);
    act(() => fake.deliver("room", 1));
    expect(view.container.textContent).toBe("11undefined");
    view.rerender(<Last channel="other" />);
    expect([...fake.subscriptions].map(({ channel }) => channel)).toEqual(["other"]);
    view.unmount();
    expect(fake.subscriptions.size).toBe(0);
  });

  it("is undefined before the first message, and asks no selector for it", () => {
    const selector = vi.fn(({ data }: Message) => data as number);
    const isEqual = vi.fn((a: number, b: number) => a >> 1 === b >> 1);
    const { result } = renderHook(() => useLastMessage("room", selector, isEqual), { wrapper: inside });
    expect([result.current, selector.mock.calls.length]).toEqual([undefined, 0]);
    act(() => fake.deliver("room", 2));
    expect([result.current, isEqual.mock.calls.length]).toEqual([2, 0]);
    act(() => fake.deliver("room", 3));
    expect(result.current).toBe(2);
    act(() => fake.deliver("room", 4));
    expect(result.current).toBe(4);
  });

  it("shows who comes late what the others show", () => {
    const view = render(<Last />, { wrapper: inside });
    act(() => fake.deliver("room", "early"));
    view.rerender(
      <>
        <Last />
        <Last />
      </>,
    );
    expect(view.container.textContent).toBe("earlyearly");
  });

  it("follows the channel it is asked for, and shows nothing of another one", () => {
    const { result, rerender } = renderHook(({ channel }) => useLastMessage(channel)?.data, {
      wrapper: inside,
      initialProps: { channel: "a" },
    });
    act(() => fake.deliver("a", "of a"));
    rerender({ channel: "b" });
    expect(result.current).toBeUndefined();
    act(() => fake.deliver("a", "late"));
    expect(result.current).toBeUndefined();
    act(() => fake.deliver("b", "of b"));
    expect(result.current).toBe("of b");
  });

  it("shows nothing of a client that was replaced", () => {
    const other = fakeClient();
    const app = ({ client }: typeof fake) => (
      <ResilientSocketProvider client={client}>
        <Last />
      </ResilientSocketProvider>
    );
    const view = render(app(fake));
    act(() => fake.deliver("room", "of the first"));
    view.rerender(app(other));
    expect(view.container.textContent).toBe("undefined");
    expect([fake.subscriptions.size, other.subscriptions.size]).toEqual([0, 1]);
  });

  it("starts anew where nobody read the channel any more: what it missed may be newer", () => {
    const view = render(<Last key="a" />, { wrapper: inside });
    act(() => fake.deliver("room", "old"));
    view.rerender(<p />);
    view.rerender(<Last key="b" />);
    expect(view.container.textContent).toBe("undefined");
  });

  it("tells those who came meanwhile what one knows that comes back", () => {
    const [first, second] = [lastMessageOf(fake.client, "room"), lastMessageOf(fake.client, "room")];
    const [one, two] = [vi.fn(), vi.fn()];
    const hide = first.subscribe(one);
    fake.deliver("room", "known");
    expect([first.get()?.data, one.mock.calls.length]).toEqual(["known", 1]);
    hide();
    second.subscribe(two);
    expect([second.get(), two.mock.calls.length]).toEqual([undefined, 0]);
    first.subscribe(one);
    expect([second.get()?.data, two.mock.calls.length]).toEqual(["known", 1]);
    fake.deliver("room", "new");
    expect([first.get()?.data, second.get()?.data]).toEqual(["new", "new"]);
  });

  it("hears through StrictMode's second mount, once", () => {
    const view = render(
      <StrictMode>
        <Last />
      </StrictMode>,
      { wrapper: inside },
    );
    expect(fake.subscriptions.size).toBe(1);
    act(() => fake.deliver("room", 1));
    expect(view.container.textContent).toBe("1");
  });
});
