import { cleanup, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createReceipt } from "../../src/client/createReceipt.ts";
import { ResilientSocketError } from "../../src/client/surface.ts";
import * as barrel from "../../src/entry/index.ts";
import { fakeClient } from "./fakeClient.ts";

/** What React DevTools would show beside the hooks of the last render. */
const shown = vi.hoisted((): unknown[] => []);
vi.mock(import("react"), async (original) => {
  const react = await original();
  const useDebugValue = <T,>(value: T, format: (value: T) => unknown = (same) => same) =>
    void shown.push(format(value));
  return { ...react, useDebugValue };
});

beforeEach(() => void (shown.length = 0));
afterEach(cleanup);

type Hook = (...input: unknown[]) => unknown;
type Hooks = Readonly<Record<string, unknown>>;
const { createSocketHooks } = barrel;
const typed = createSocketHooks<{ room: string }>();

/** What those need that need something. */
const inputs: Readonly<Record<string, readonly unknown[]>> = {
  useLastMessage: ["room"],
  useReceipt: [createReceipt("r", () => undefined)],
  useSubscription: ["room", () => undefined],
};
const hooksOf = (all: Hooks) => Object.keys(all).filter((name) => name.startsWith("use"));

const inspect = (hooks: Hooks, name: string) => {
  const fake = fakeClient();
  const error = new ResilientSocketError("UNAUTHORISED", "nobody is signed in");
  fake.state.set({ name: "failed", code: "UNAUTHORISED", error, recovery: { kind: "sign-in" } });
  fake.setQueue({ depth: 3, inFlight: 2, saturation: 0.1 });
  fake.tabs.set({ role: "leader", rung: "locks", term: 1 });
  const use = hooks[name] as Hook;
  const wrapper = ({ children }: { readonly children: ReactNode }) => (
    <barrel.ResilientSocketProvider client={fake.client}>
      <typed.ResilientSocketProvider client={fake.client}>{children}</typed.ResilientSocketProvider>
    </barrel.ResilientSocketProvider>
  );
  renderHook(() => use(...(inputs[name] ?? [])), { wrapper });
  return shown;
};

const now = {
  state: "failed",
  reason: "UNAUTHORISED",
  depth: 3,
  inFlight: 2,
  saturation: 0.1,
  role: "leader",
};

describe("React DevTools", () => {
  it.each(hooksOf(barrel))("shows beside %s how the connection and the outbox are", (name) => {
    const values = inspect(barrel, name);
    // Its own, and those of the hooks that find the client.
    expect(values).toContainEqual(now);
    expect(values.filter((value) => JSON.stringify(value) !== JSON.stringify(now))).toEqual([]);
  });

  it.each(hooksOf(typed as unknown as Hooks))("shows the same beside the typed %s", (name) => {
    expect(inspect(typed as unknown as Hooks, name)).toContainEqual(now);
  });

  it("shows nothing of a client beside a receipt without a provider", () => {
    renderHook(() => barrel.useReceipt(null));
    expect(shown.filter(Boolean)).toEqual([]);
  });
});
