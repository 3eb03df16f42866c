import { vi } from "vitest";
import type { Message } from "../../src/client/message.ts";
import type { Receipt } from "../../src/client/receipt.ts";
import type {
  OutboxEntry,
  ResilientClient,
  SubscribeOptions,
  TabsState,
} from "../../src/client/ResilientClient.ts";
import type { Store } from "../../src/client/store.ts";
import type { ConnectionState, QueueState } from "../../src/client/surface.ts";

interface FakeStore<T> extends Store<T> {
  readonly set: (value: T) => void;
  readonly listeners: () => number;
}

const fakeStore = <T>(first: T): FakeStore<T> => {
  const listeners = new Set<() => void>();
  let value = first;
  return {
    get: () => value,
    getServer: () => first,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    set: (next) => {
      value = next;
      for (const listener of [...listeners]) listener();
    },
    listeners: () => listeners.size,
  };
};

const emptyQueue: QueueState = {
  depth: 0,
  waiting: 0,
  inFlight: 0,
  capacity: 1_000,
  saturation: 0,
  bytes: 0,
  oldestAt: null,
  lastFlushMs: null,
  durability: "memory",
  pausedUntil: null,
  pauseReason: null,
};

/** A client that does what a test says and nothing else. */
export const fakeClient = () => {
  const state = fakeStore<ConnectionState>({ name: "disconnected", reason: "initial" });
  const queue = fakeStore(emptyQueue);
  const entries = fakeStore<readonly OutboxEntry[]>([]);
  const tabs = fakeStore<TabsState>({ role: "solo", rung: "solo", term: 0 });
  const subscriptions = new Set<{
    readonly channel: string;
    readonly handler: (message: Message) => void;
    readonly options: SubscribeOptions;
  }>();
  let holders = 0;
  const nothing = () => () => undefined;
  const client = {
    state,
    tabs,
    outbox: { state: queue, entries, cancel: () => false, clear: () => 0 },
    connect: vi.fn(),
    disconnect: vi.fn(),
    reconnect: vi.fn(),
    logout: vi.fn(async () => undefined),
    dispose: vi.fn(async () => undefined),
    retain: vi.fn(() => {
      holders++;
      return () => void holders--;
    }),
    send: vi.fn(() => ({ id: "1" }) as Receipt),
    request: async () => ({ data: undefined as never, id: "1", seq: undefined }),
    subscribe: vi.fn(
      (channel: string, handler: (message: Message) => void, options: SubscribeOptions = {}) => {
        const subscription = { channel, handler, options };
        subscriptions.add(subscription);
        return () => void subscriptions.delete(subscription);
      },
    ),
    messages: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) }),
    backlog: vi.fn(() => ({
      take: () => [],
      drain: () => undefined,
      ended: () => false,
      stop: () => undefined,
    })),
    history: async () => [],
    on: nothing,
  } satisfies ResilientClient;
  return {
    client,
    state,
    queue,
    entries,
    tabs,
    /** Of all stores and channels. */
    listeners: () =>
      [state, queue, entries, tabs].reduce((sum, store) => sum + store.listeners(), subscriptions.size),
    holders: () => holders,
    subscriptions,
    setQueue: (change: Partial<QueueState>) => queue.set({ ...queue.get(), ...change }),
    deliver: (channel: string, data: unknown) => {
      for (const one of subscriptions) {
        const message: Message = { data, id: "x", channel, seq: 1, lam: 1, own: false, replayed: false };
        if (one.channel === channel && one.options.filter?.(message) !== false) one.handler(message);
      }
    },
  };
};
