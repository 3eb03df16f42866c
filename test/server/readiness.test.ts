import { describe, expect, it, vi } from "vitest";
import type { LogStore } from "../../src/server/store/LogStore.ts";
import { createServerCore } from "../../src/server/createServerCore.ts";
import { memoryStore } from "../../src/server/store/memoryStore.ts";
import { virtualClock } from "../../src/testing/virtualClock.ts";
import { seededDice } from "../../src/testing/seededDice.ts";

/** A node on a store of which any method can be replaced. */
const createNode = (broken: Partial<LogStore> = {}) => {
  const clock = virtualClock();
  const store: LogStore = { ...memoryStore(), ...broken };
  const server = createServerCore({
    store,
    authenticate: () => ({ subject: "ann" }),
    hashPayload: String,
    ports: { clock, dice: seededDice(1) },
    logger: () => {},
  });
  /** Time passes while the answer is waited for. */
  const isReady = async () => {
    const answer = server.isReady();
    await clock.advance(1500);
    return answer;
  };
  return { server, store, clock, isReady };
};
const down = () => Promise.reject(new Error("down"));
const stuck = () => new Promise<never>(() => {});

describe("readiness", () => {
  it("is given by a store that opens and answers", async () => {
    expect(await createNode().isReady()).toBe(true);
  });

  it.each([
    ["cannot be opened", { open: down }],
    ["hangs while it is opened", { open: stuck }],
    ["cannot be read", { head: down }],
    ["hangs while it is read", { head: stuck }],
  ])("is refused while the store %s (fault 61)", async (_name, broken) => {
    expect(await createNode(broken).isReady()).toBe(false);
  });

  it("is refused after a write that failed, until one goes well or somebody has to try (fault 61)", async () => {
    const publish = vi.fn(memoryStore().publish);
    const { server, clock, isReady } = createNode({ publish });
    const fail = async () => {
      publish.mockImplementationOnce(down);
      await expect(server.publish("room", 1)).rejects.toThrow("down");
    };
    await fail();
    expect(await isReady()).toBe(false);
    await server.publish("room", 2);
    expect(await isReady()).toBe(true);
    await fail();
    await clock.advance(8_000);
    expect(await isReady()).toBe(false);
    await clock.advance(2_000);
    expect(await isReady()).toBe(true);
  });

  it("is refused while a write hangs, however many came before (fault 61)", async () => {
    let answer = (): void => {};
    const inner = memoryStore();
    const publish: LogStore["publish"] = (item) =>
      new Promise((resolve) => (answer = () => resolve(inner.publish(item))));
    const { server, clock, isReady } = createNode({ publish });
    const publishing = server.publish("room", 1);
    await clock.advance(4_000);
    expect(await isReady()).toBe(true);
    expect(await isReady()).toBe(false);
    answer();
    await publishing;
    expect(await isReady()).toBe(true);
  });

  it("is not refused because an app reuses a key", async () => {
    const { server, isReady } = createNode();
    await server.publish("room", 1, { idempotencyKey: "k" });
    await expect(server.publish("room", 2, { idempotencyKey: "k" })).rejects.toMatchObject({
      code: "KEY_REUSED",
    });
    expect(await isReady()).toBe(true);
  });

  it("ends with drain and close, for good (fault 64)", async () => {
    const [draining, closed] = [createNode(), createNode()];
    void draining.server.drain();
    await closed.server.close();
    expect([await draining.isReady(), await closed.isReady()]).toEqual([false, false]);
  });

  it("costs the store one read, however many ask (S14)", async () => {
    const { head } = memoryStore();
    const reading = vi.fn(head);
    const { server, clock } = createNode({ head: reading });
    const answers = Array.from({ length: 100 }, () => server.isReady());
    await clock.advance(10);
    expect(await Promise.all(answers)).not.toContain(false);
    expect(reading).toHaveBeenCalledTimes(1);
  });

  it("leaves no channel behind that nobody wrote to", async () => {
    const { store, isReady } = createNode();
    await isReady();
    expect(await store.head("resilient-socket/ready")).toMatchObject({ seq: 0 });
  });
});
