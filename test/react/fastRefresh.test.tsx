import { act, cleanup, render } from "@testing-library/react";
import { useState } from "react";
import { afterEach, expect, it, vi } from "vitest";
import { useLastMessage } from "../../hooks/useLastMessage.ts";
import { useResilientWS } from "../../hooks/useResilientWS.ts";
import { useSubscription } from "../../hooks/useSubscription.ts";
import { openWorld } from "./openWorld.tsx";

interface RefreshRuntime {
  readonly injectIntoGlobalHook: (page: object) => void;
  readonly register: (type: unknown, id: string) => void;
  readonly createSignatureFunctionForTransform: () => (type: unknown, key: string) => unknown;
  readonly validateRefreshBoundaryAndEnqueueUpdate: (id: string, before: object, after: object) => unknown;
}

/** The runtime that Vite's pages use. React looks for it when it loads, so it comes before every import above. */
const runtime = await vi.hoisted(async () => {
  const path = "../../node_modules/@vitejs/plugin-react/dist/refresh-runtime.js";
  const loaded = (await import(/* @vite-ignore */ path)) as RefreshRuntime;
  loaded.injectIntoGlobalHook(window);
  return loaded;
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

/** What the transform of a bundler writes around a module with one component. */
const edited = (Component: () => React.ReactNode, hooks: string, file = "Room.tsx") => {
  runtime.createSignatureFunctionForTransform()(Component, hooks);
  runtime.register(Component, file);
  return { Room: Component };
};
/** Saving the file: the page swaps the component in, 16 ms later. */
const save = async (before: object, after: object) => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  expect(runtime.validateRefreshBoundaryAndEnqueueUpdate("Room.tsx", before, after)).toBeUndefined();
  await act(() => vi.advanceTimersByTimeAsync(16));
  vi.useRealTimers();
};

function useRoom() {
  const [heard, setHeard] = useState<readonly unknown[]>([]);
  useSubscription("room", ({ data }) => setHeard((before) => [...before, data]));
  useSubscription("room", () => undefined, { batch: "frame" });
  const { state } = useResilientWS({ channel: "room" });
  return `${state.name} ${heard.join("+")} ${String(useLastMessage("room")?.data)}`;
}

function First() {
  return <p>one: {useRoom()}</p>;
}

function Second() {
  return <p>two: {useRoom()}</p>;
}

function Third() {
  const [n] = useState(3);
  return (
    <p>
      {n}: {useRoom()}
    </p>
  );
}

it("opens no socket when Fast Refresh swaps a component, with its state or without (fault 40)", async () => {
  const { world, pass, room } = openWorld();
  const first = edited(First, "useRoom");
  const view = render(room(<first.Room />));
  await pass();
  await world.server().publish("room", 1);
  await pass();
  expect(view.container.textContent).toBe("one: connected 1 1");
  const frames = world.sockets[0]!.sent.length;
  const timers = world.clock.timers();

  const second = edited(Second, "useRoom");
  await save(first, second);
  await world.server().publish("room", 2);
  await pass();
  expect(view.container.textContent).toBe("two: connected 1+2 2");

  // Other hooks than before: React mounts it anew, without its state.
  const third = edited(Third, "useState useRoom");
  await save(second, third);
  await world.server().publish("room", 3);
  await pass();
  expect(view.container.textContent).toBe("3: connected 3 3");

  expect(world.sockets).toHaveLength(1);
  expect(world.sockets[0]!.sent.slice(frames).filter((frame) => frame.includes("sub"))).toEqual([]);
  expect(world.clock.timers()).toBe(timers);
  view.unmount();
  await pass();
  expect(world.network.live()).toHaveLength(0);
  await world.close();
});

let shell: ReturnType<typeof openWorld>["room"];

function App() {
  return shell(<First />);
}

function AppAgain() {
  const [title] = useState("app");
  return shell(title);
}

it("replaces the connection, and keeps no other, when the component around the provider is mounted anew (fault 40)", async () => {
  const { world, pass, room } = openWorld();
  shell = room;
  const before = edited(App, "", "App.tsx");
  const view = render(<before.Room />);
  await pass();
  const timers = world.clock.timers();
  await save(before, edited(AppAgain, "useState", "App.tsx"));
  await pass();
  expect(view.container.textContent).toBe("app");
  expect([world.sockets.length, world.network.live().length]).toEqual([2, 1]);
  expect(world.clock.timers()).toBeLessThanOrEqual(timers);
  view.unmount();
  await pass();
  expect(world.network.live()).toHaveLength(0);
  await world.close();
});
