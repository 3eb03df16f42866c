import { act, cleanup, render } from "@testing-library/react";
import { StrictMode, useState } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useLastMessage } from "../../hooks/useLastMessage.ts";
import { useResilientWS } from "../../hooks/useResilientWS.ts";
import { useSubscription } from "../../hooks/useSubscription.ts";
import { ResilientSocketProvider } from "../../providers/ResilientSocketProvider.tsx";
import type { Ports } from "../../src/core/ports.ts";
import { plainProtocol } from "../../src/client/plainProtocol.ts";
import { fakePorts } from "./fakePorts.ts";

type Module = Readonly<Record<string, unknown>>;
interface RefreshRuntime {
  readonly injectIntoGlobalHook: (page: unknown) => void;
  readonly register: (component: unknown, id: string) => void;
  readonly createSignatureFunctionForTransform: () => (component: unknown, hooks: string) => unknown;
  readonly validateRefreshBoundaryAndEnqueueUpdate: (id: string, before: Module, after: Module) => unknown;
}

// The runtime that `vite dev` serves to a page. It must be there before React DOM is.
const refresh = await vi.hoisted(async () => {
  const file = `${process.cwd()}/node_modules/@vitejs/plugin-react/dist/refresh-runtime.js`;
  const runtime = (await import(/* @vite-ignore */ file)) as RefreshRuntime;
  runtime.injectIntoGlobalHook(window);
  return runtime;
});

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

type World = ReturnType<typeof fakePorts>;

interface AppProps {
  readonly ports: Ports;
  readonly heard: (version: number) => void;
}

/** The module of an app, as it stands after its n-th edit. */
const edited = (n: number) => {
  function Room({ heard }: Pick<AppProps, "heard">) {
    const [mounted] = useState(n);
    const { state } = useResilientWS({ onMessage: () => heard(n) });
    useSubscription("default", () => heard(n), { batch: "task" });
    const any = useLastMessage("default", () => "some") ?? "none";
    return <p>{`edit ${n}, mounted by ${mounted}: ${state.name}, ${any}`}</p>;
  }
  function App({ ports, heard }: AppProps) {
    return (
      <ResilientSocketProvider url="ws://localhost/ws" ports={ports} protocol={plainProtocol()}>
        <Room heard={heard} />
      </ResilientSocketProvider>
    );
  }
  return { App, Room };
};

/** What the transform of `vite dev` adds to the module, and what the dev server then says. */
const accept = async (before: Module, after: Module, hooksOf: Record<string, string> = {}) => {
  for (const [name, component] of Object.entries(after)) {
    refresh.createSignatureFunctionForTransform()(component, hooksOf[name] ?? "the same hooks");
    refresh.register(component, name);
  }
  expect(refresh.validateRefreshBoundaryAndEnqueueUpdate("app.tsx", before, after)).toBeUndefined();
  await act(() => vi.advanceTimersByTimeAsync(20));
};

const start = async () => {
  const world: World = fakePorts();
  const heard = vi.fn<(version: number) => void>();
  const first = edited(0);
  for (const [name, component] of Object.entries(first)) {
    refresh.createSignatureFunctionForTransform()(component, "the same hooks");
    refresh.register(component, name);
  }
  const view = render(
    <StrictMode>
      <first.App ports={world.ports} heard={heard} />
    </StrictMode>,
  );
  await world.advance();
  await act(async () => world.sockets[0]?.open());
  const say = async () => {
    heard.mockClear();
    await act(async () => world.sockets.at(-1)?.receive("1"));
    await world.advance();
  };
  return { world, heard, first, view, say, text: () => view.container.textContent };
};

describe("Fast Refresh (fault 40)", () => {
  it("keeps the socket and what components know over 20 edits, and calls the handlers of the last", async () => {
    const { world, heard, first, say, text } = await start();
    // Channels that were let go for a moment are looked after once more.
    await world.advance(2_000);
    const before = world.alive();
    let module = first;
    for (let n = 1; n <= 20; n++) {
      const next = edited(n);
      await accept(module, next);
      await world.advance();
      module = next;
    }
    await world.advance(2_000);
    expect(text()).toBe("edit 20, mounted by 0: connected, none");
    expect(world.sockets).toHaveLength(1);
    expect(world.alive()).toEqual(before);
    await say();
    expect(heard.mock.calls).toEqual([[20], [20]]);
    expect(text()).toBe("edit 20, mounted by 0: connected, some");
  });

  it("keeps the socket where other hooks make a component mount anew", async () => {
    const { world, heard, first, say, text } = await start();
    await accept(first, edited(1), { Room: "one hook more" });
    await world.advance();
    expect(text()).toBe("edit 1, mounted by 1: connected, none");
    expect(world.sockets).toHaveLength(1);
    await say();
    expect(heard.mock.calls).toEqual([[1], [1]]);
  });

  it("holds one socket, not two, where the provider itself mounts anew", async () => {
    const { world, first, view } = await start();
    let module = first;
    for (let n = 1; n <= 5; n++) {
      const next = edited(n);
      await accept(module, next, { App: `hooks of ${n}` });
      await world.advance();
      module = next;
    }
    expect(world.alive().sockets).toBe(1);
    view.unmount();
    await world.advance();
    expect(world.alive()).toEqual({ sockets: 0, timers: 0, listeners: 0 });
  });
});
