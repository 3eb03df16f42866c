import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { broadcastBus } from "../../src/platform/tabs/broadcastBus.ts";
import { browserTabs } from "../../src/platform/tabs/browserTabs.ts";
import { indexedDbTerms } from "../../src/platform/tabs/indexedDbTerms.ts";
import { messageTask } from "../../src/platform/tabs/messageTask.ts";
import { storageBus } from "../../src/platform/tabs/storageBus.ts";
import { webLocks } from "../../src/platform/tabs/webLocks.ts";
import { fakeLockManager } from "./fakeLockManager.ts";

afterEach(() => void vi.unstubAllGlobals());

/** Promises run dry. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("Web Locks", () => {
  const tab = () => {
    const told: string[] = [];
    return {
      told,
      events: {
        granted: () => told.push("granted"),
        lost: () => told.push("lost"),
        failed: (error: unknown) => told.push(`failed: ${(error as Error).name}`),
      },
    };
  };
  beforeEach(() => void vi.stubGlobal("navigator", { locks: fakeLockManager() }));

  it("are granted in turn, and a release lets the next in", async () => {
    const [first, second] = [tab(), tab()];
    const locks = webLocks()!;
    const release = locks.hold("a", "queue", first.events);
    locks.hold("a", "queue", second.events);
    await settled();
    expect([first.told, second.told]).toEqual([["granted"], []]);
    expect([await locks.isHeld("a"), await locks.isHeld("b")]).toEqual([true, false]);
    release();
    await settled();
    expect([first.told, second.told]).toEqual([["granted"], ["granted"]]);
  });

  it("tell who was robbed, and nobody else", async () => {
    const [first, second, thief] = [tab(), tab(), tab()];
    const locks = webLocks()!;
    locks.hold("a", "queue", first.events);
    locks.hold("a", "queue", second.events);
    await settled();
    const release = locks.hold("a", "steal", thief.events);
    await settled();
    expect([first.told, second.told, thief.told]).toEqual([["granted", "lost"], [], ["granted"]]);
    release();
    await settled();
    expect(second.told).toEqual(["granted"]);
  });

  it("leave the queue without a word, and hold nothing that was given up before its grant", async () => {
    const [first, second] = [tab(), tab()];
    const locks = webLocks()!;
    const release = locks.hold("a", "queue", first.events);
    locks.hold("a", "queue", second.events)();
    await settled();
    release();
    locks.hold("a", "steal", second.events)();
    await settled();
    expect([first.told, second.told, await locks.isHeld("a")]).toEqual([["granted"], [], false]);
  });

  it("fail in an opaque frame, whether it throws or rejects", async () => {
    const denied = new DOMException("denied", "SecurityError");
    const throws = () => {
      throw denied;
    };
    for (const request of [throws, () => Promise.reject(denied)]) {
      vi.stubGlobal("navigator", { locks: { request, query: request } });
      const one = tab();
      webLocks()!.hold("a", "queue", one.events);
      await settled();
      expect(one.told).toEqual(["failed: SecurityError"]);
      await expect(webLocks()!.isHeld("a")).rejects.toBe(denied);
    }
  });

  it("are absent on plain http", () => {
    vi.stubGlobal("navigator", {});
    expect(webLocks()).toBeUndefined();
  });
});

describe("a bus of BroadcastChannels", () => {
  it("carries to everybody else of that name, in order, until it is closed", async () => {
    const open = broadcastBus()!;
    const own = vi.fn();
    const other = vi.fn();
    const heard: unknown[] = [];
    const a = open("a", own);
    const third = open("b", other);
    const last = new Promise<void>((resolve) => {
      const b = open("a", (message) => {
        heard.push(message);
        if (heard.length < 3) return;
        b.close();
        resolve();
      });
    });
    for (const n of [1, 2, 3]) a.post({ n, bytes: new Uint8Array([n]) });
    await last;
    a.post("nobody is left");
    await settled();
    expect(heard).toEqual([1, 2, 3].map((n) => ({ n, bytes: new Uint8Array([n]) })));
    expect([own.mock.calls, other.mock.calls]).toEqual([[], []]);
    a.close();
    third.close();
  });

  it("is absent where there is none", () => {
    vi.stubGlobal("BroadcastChannel", undefined);
    expect(broadcastBus()).toBeUndefined();
  });
});

describe("a bus of storage events", () => {
  /** One page, and what its browser would tell the other pages. */
  const page = () => {
    const target = new EventTarget();
    const events: (string | null)[][] = [];
    const stored = new Map<string, string>();
    vi.stubGlobal("document", {});
    vi.stubGlobal("addEventListener", target.addEventListener.bind(target));
    vi.stubGlobal("removeEventListener", target.removeEventListener.bind(target));
    vi.stubGlobal("localStorage", {
      setItem: (key: string, value: string) => {
        stored.set(key, value);
        events.push([key, value]);
      },
      removeItem: (key: string) => {
        stored.delete(key);
        events.push([key, null]);
      },
      getItem: () => expect.fail("a reader may see the value before"),
    });
    const arrives = (key: string | null, newValue: string | null) =>
      target.dispatchEvent(Object.assign(new Event("storage"), { key, newValue }));
    return { events, stored, arrives };
  };

  it("puts the message into the event and leaves nothing behind", () => {
    const { events, stored, arrives } = page();
    const heard = vi.fn();
    const bus = storageBus()!("a", vi.fn());
    bus.post({ t: "hello" });
    bus.post({ t: "hello" });
    bus.close();
    expect(stored.size).toBe(0);
    const [[key, first], [, removed], [, second]] = events as [
      [string, string],
      [string, null],
      [string, string],
    ];
    expect([removed, first === second]).toEqual([null, false]);
    const other = storageBus()!("a", heard);
    for (const [at, value] of events) arrives(at!, value!);
    expect(heard.mock.calls).toEqual([[{ t: "hello" }], [{ t: "hello" }]]);
    other.close();
    arrives(key, first);
    expect(heard).toHaveBeenCalledTimes(2);
  });

  it("hears the others of its own page, never itself, and nothing of another name", async () => {
    const { events, arrives } = page();
    const open = storageBus()!;
    const heard = { a: vi.fn(), b: vi.fn(), other: vi.fn() };
    const buses = [open("x", heard.a), open("x", heard.b), open("y", heard.other)];
    buses[0]?.post(1);
    for (const [key, value] of events) if (key?.endsWith("y")) arrives(key, value!);
    await settled();
    expect([heard.a.mock.calls, heard.b.mock.calls, heard.other.mock.calls]).toEqual([[], [[1]], []]);
    // A browser that tells the writer too.
    buses[1]?.close();
    arrives(events[0]![0]!, events[0]![1]!);
    expect(heard.a).not.toHaveBeenCalled();
    buses.forEach((bus) => bus.close());
  });

  it("believes nothing that other code writes there (S23)", () => {
    const { events, arrives } = page();
    const heard = vi.fn();
    const bus = storageBus()!("a", heard);
    bus.post(1);
    const key = events[0]![0]!;
    for (const text of ["", "{", "null", "1", "{}", "[1]", '"text"', '{"from":1,"message":1}'])
      arrives(key, text);
    arrives(null, null);
    expect(heard).not.toHaveBeenCalled();
    bus.close();
  });

  it("throws where storage is denied or full, so that the rung is left", () => {
    page();
    const bus = storageBus()!("a", vi.fn());
    vi.stubGlobal("localStorage", {
      setItem: () => {
        throw new DOMException("full", "QuotaExceededError");
      },
    });
    const onFull = storageBus()!("a", vi.fn());
    expect(() => onFull.post(1)).toThrow("full");
    onFull.close();
    Object.defineProperty(globalThis, "localStorage", {
      configurable: true,
      get: () => {
        throw new DOMException("denied", "SecurityError");
      },
    });
    expect(() => storageBus()!("a", vi.fn())).toThrow("denied");
    bus.close();
  });

  it("is absent in a worker", () => {
    expect(storageBus()).toBeUndefined();
  });
});

describe("terms in IndexedDB", () => {
  beforeEach(() => void vi.stubGlobal("indexedDB", new IDBFactory()));

  it("keep the first group, and go above both what is stored and what was heard", async () => {
    expect(await indexedDbTerms.take("a", 0, "one")).toEqual({ group: "one", term: 1 });
    expect(await indexedDbTerms.take("a", 0, "two")).toEqual({ group: "one", term: 2 });
    expect(await indexedDbTerms.take("a", 40, "two")).toEqual({ group: "one", term: 41 });
    expect(await indexedDbTerms.take("b", 0, "two")).toEqual({ group: "two", term: 1 });
  });

  it("gives each of many tabs that ask at once a term of its own (fault 34)", async () => {
    const taken = await Promise.all(
      Array.from({ length: 20 }, (_, i) => indexedDbTerms.take("a", 0, `group ${i}`)),
    );
    expect(taken.map(({ term }) => term).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
    expect(new Set(taken.map(({ group }) => group)).size).toBe(1);
  });

  it("reject where storage is denied, and when the browser does not answer", async () => {
    vi.stubGlobal("indexedDB", {
      open: () => {
        throw new DOMException("denied", "SecurityError");
      },
    });
    await expect(indexedDbTerms.take("a", 0, "one")).rejects.toThrow("denied");
    vi.useFakeTimers();
    vi.stubGlobal("indexedDB", { open: () => ({}) });
    const silent = expect(indexedDbTerms.take("a", 0, "one")).rejects.toThrow("does not answer");
    await vi.advanceTimersByTimeAsync(1_000);
    await silent;
    vi.useRealTimers();
  });
});

describe("a task of its own", () => {
  it("runs after every microtask, one by one, in order", async () => {
    const task = messageTask();
    const order: string[] = [];
    await new Promise<void>((done) => {
      task(() => {
        order.push("first");
        queueMicrotask(() => order.push("its microtask"));
      });
      task(() => {
        order.push("second");
        done();
      });
      void Promise.resolve().then(() => order.push("a microtask"));
    });
    expect(order).toEqual(["a microtask", "first", "its microtask", "second"]);
  });

  it("is a timer where there is no MessageChannel", async () => {
    vi.stubGlobal("MessageChannel", undefined);
    await new Promise<void>((done) => messageTask()(done));
  });
});

describe("the ports of the tabs", () => {
  it("are absent in Node, in a page of jsdom too", () => {
    expect(browserTabs()).toBeUndefined();
    vi.stubGlobal("document", {});
    expect(browserTabs()).toBeUndefined();
  });

  it("are those of the place: a worker has no storage events, plain http no locks", () => {
    // As bundlers define it for browsers.
    vi.stubGlobal("process", { env: {}, versions: {} });
    vi.stubGlobal("navigator", {});
    const { locks, storageBus: byStorage, bus } = browserTabs()!;
    expect([locks, byStorage, typeof bus]).toEqual([undefined, undefined, "function"]);
  });

  it("touch nothing until they are used: neither storage nor a channel", () => {
    vi.stubGlobal("process", undefined);
    vi.stubGlobal("document", {});
    const touched = vi.fn((): unknown => undefined);
    for (const name of ["localStorage", "indexedDB", "MessageChannel"]) {
      vi.stubGlobal(name, undefined);
      Reflect.defineProperty(globalThis, name, { configurable: true, get: touched });
    }
    expect(browserTabs()).toBeDefined();
    expect(touched).not.toHaveBeenCalled();
  });
});
