import { act, cleanup, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { useCanSend } from "../../hooks/useCanSend.ts";
import { useConnectionState } from "../../hooks/useConnectionState.ts";
import { useLastMessage } from "../../hooks/useLastMessage.ts";
import { useOutbox } from "../../hooks/useOutbox.ts";
import { useQueueState } from "../../hooks/useQueueState.ts";
import { useReceipt } from "../../hooks/useReceipt.ts";
import { useResilientClient } from "../../hooks/useResilientClient.ts";
import { useResilientWS } from "../../hooks/useResilientWS.ts";
import { useSubscription } from "../../hooks/useSubscription.ts";
import { useTabRole } from "../../hooks/useTabRole.ts";
import { ResilientSocketProvider } from "../../providers/ResilientSocketProvider.tsx";
import { createReceipt } from "../../src/client/createReceipt.ts";
import type { OutboxEntry } from "../../src/client/ResilientClient.ts";
import * as barrel from "../../src/entry/index.ts";
import { fakeClient } from "./fakeClient.ts";

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

type Fake = ReturnType<typeof fakeClient>;

const receipt = createReceipt("r", () => undefined);
const nothing = () => undefined;

/** Each as an app would use it that does not care about what `disturb` changes. */
const hooks: Record<string, () => unknown> = {
  useCanSend: () => useCanSend(),
  useConnectionState: () => useConnectionState(({ name }) => ({ name })),
  useLastMessage: () => useLastMessage("room", ({ data }) => ({ kind: (data as { kind: string }).kind })),
  useOutbox: () => useOutbox("room"),
  useQueueState: () => useQueueState(({ capacity, durability }) => ({ capacity, durability })),
  useReceipt: () => useReceipt(receipt),
  useResilientClient: () => useResilientClient(),
  useResilientWS: () => useResilientWS({ channel: "room", onMessage: nothing, onContinuity: nothing }),
  useResilientWSOfClient: () => useResilientWS(useResilientClient()).send,
  useResilientWSOfNull: () => useResilientWS(null).state,
  useSubscription: () => useSubscription("room", nothing),
  useSubscriptionInBatches: () => useSubscription("room", nothing, { batch: "frame" }),
  useTabRole: () => useTabRole(),
};

const entry = (channel: string, n = 0): OutboxEntry => ({
  id: `${channel} ${n}`,
  channel,
  payload: n,
  bytes: 1,
  queuedAt: n,
  status: "queued",
});
const mine = entry("room");

/** Everything moves a thousand times; what a hook above asks for stays as it is. */
const disturb = (fake: Fake, stateToo: boolean) => {
  for (let n = 1; n <= 1_000; n++) {
    fake.setQueue({ depth: n % 999, inFlight: n, bytes: n, saturation: (n % 999) / 1_000, oldestAt: n });
    fake.entries.set([mine, entry("other", n)]);
    fake.tabs.set({ role: "solo", rung: "solo", term: n });
    fake.deliver("other", { kind: `${n}` });
    fake.deliver("room", { kind: "price", n });
    if (stateToo) fake.state.set({ name: "connecting", attempt: n });
  }
};

/** `useResilientWS` answers the whole state. */
const showsState = (name: string) => ["useResilientWS", "useResilientWSOfClient"].includes(name);

const settle = (fake: Fake) => {
  fake.entries.set([mine]);
  fake.state.set({ name: "connecting", attempt: 0 });
  fake.deliver("room", { kind: "price" });
};

describe("every hook", () => {
  it("stands in the table of this file", () => {
    const exported = Object.keys(barrel).filter((name) => name.startsWith("use"));
    expect(exported.filter((name) => !(name in hooks))).toEqual([]);
  });

  it.each(Object.keys(hooks))("%s renders 0 times over 1,000 changes that are not its own", (name) => {
    const fake = fakeClient();
    let renders = 0;
    const { result, unmount } = renderHook(
      () => {
        renders++;
        return hooks[name]?.();
      },
      {
        wrapper: ({ children }: { readonly children: ReactNode }) => (
          <ResilientSocketProvider client={fake.client}>{children}</ResilientSocketProvider>
        ),
      },
    );
    act(() => settle(fake));
    const before = result.current;
    renders = 0;
    act(() => disturb(fake, !showsState(name)));
    expect(renders).toBe(0);
    expect(result.current).toBe(before);
    unmount();
    expect([fake.listeners(), fake.holders()]).toEqual([0, 0]);
  });

  it.each(Object.keys(hooks))(
    "%s answers the same reference over renders with new inline selectors",
    (name) => {
      const fake = fakeClient();
      const { result, rerender } = renderHook(() => hooks[name]?.(), {
        wrapper: ({ children }: { readonly children: ReactNode }) => (
          <ResilientSocketProvider client={fake.client}>{children}</ResilientSocketProvider>
        ),
      });
      act(() => settle(fake));
      const before = result.current;
      for (let n = 0; n < 10; n++) rerender();
      expect(result.current).toBe(before);
    },
  );
});
