import { describe, expect, it, vi } from "vitest";
import { plainProtocol } from "../../src/client/plainProtocol.ts";
import { accept, connect, scene } from "./script.ts";

const items = (one: ReturnType<typeof scene>) =>
  one
    .sent("pub")
    .flatMap(({ n, m }) => (m as { d?: unknown; void?: true }[]).map((item, i) => [(n as number) + i, item]));

describe("guard", () => {
  it("is asked before the transmission, not at send; false settles aborted and the number is skipped", async () => {
    const one = scene();
    const guard = vi.fn(() => false);
    one.tab.send("a");
    const refused = one.tab.send("b", { guard });
    one.tab.send("c");
    expect(guard).not.toHaveBeenCalled();
    await connect(one);
    expect(guard).toHaveBeenCalledTimes(1);
    expect(await refused.settled).toEqual({ kind: "aborted" });
    expect(one.sent("skip")).toMatchObject([{ from: 2, to: 2 }]);
    expect(one.sent("pub").map(({ n, m }) => [n, (m as unknown[]).length])).toEqual([
      [1, 1],
      [3, 1],
    ]);
  });

  it("many refused in a row are one skip, the first of a lane and the last too", async () => {
    const one = scene();
    for (let i = 1; i <= 10; i++) one.tab.send(i, { guard: () => i === 5 });
    await connect(one);
    expect(one.sent("skip")).toMatchObject([
      { from: 1, to: 4 },
      { from: 6, to: 10 },
    ]);
    expect(items(one)).toMatchObject([[5, { d: 5 }]]);
    expect(one.tab.outbox.state.get()).toMatchObject({ depth: 1, inFlight: 1 });
  });

  it("is asked again before each re-transmission; false leaves the verdict to the server's answer", async () => {
    const one = scene();
    await connect(one);
    let still = true;
    const receipt = one.tab.send("x", { guard: () => still });
    await one.settle();
    expect(items(one)).toMatchObject([[1, { d: "x" }]]);
    still = false;
    one.socket().cut();
    await one.world.advance(3_000);
    await accept(one);
    expect(items(one)).toMatchObject([[1, { void: true }]]);
    expect(receipt.status.get().kind).toBe("inFlight");
    const { p } = one.sent("pub")[0] as { p: string };
    one.socket().receive({ t: "ack", p, c: "default", n: 1, head: 9, runs: [[1, 9, 1]] });
    await one.settle();
    expect(await receipt.settled).toEqual({ kind: "acked", seq: 9 });
  });

  it("of a void is not asked: it is withdrawn already", async () => {
    const one = scene();
    await connect(one);
    const guard = vi.fn(() => true);
    one.tab.send("x", { guard, idempotencyKey: "k" });
    await one.settle();
    one.tab.outbox.cancel("k");
    one.socket().cut();
    await one.world.advance(3_000);
    await accept(one);
    expect(guard).toHaveBeenCalledTimes(1);
    expect(items(one)).toMatchObject([[1, { void: true }]]);
  });

  it("that throws is reported and counts as false; the others go (fault 44)", async () => {
    const one = scene();
    const bad = one.tab.send("bad", {
      guard: () => {
        throw new Error("mine");
      },
    });
    one.tab.send("good");
    await connect(one);
    expect(await bad.settled).toEqual({ kind: "aborted" });
    expect(one.tab.record.errors).toMatchObject([{ code: "HANDLER_THREW" }]);
    expect(items(one)).toMatchObject([[2, { d: "good" }]]);
  });

  it.each([
    ["cancels its own message", (one: ReturnType<typeof scene>) => void one.tab.outbox.cancel("own")],
    ["clears the outbox", (one: ReturnType<typeof scene>) => void one.tab.outbox.clear()],
    ["disposes of the client", (one: ReturnType<typeof scene>) => void one.tab.dispose()],
    ["disconnects", (one: ReturnType<typeof scene>) => one.tab.disconnect()],
    ["logs out", (one: ReturnType<typeof scene>) => void one.tab.logout()],
    ["sends more", (one: ReturnType<typeof scene>) => void one.tab.send("more")],
  ])("that %s breaks nothing: each settles once, nothing withdrawn before is transmitted", async (_, act) => {
    const one = scene({ outbox: { capacity: 3, overflow: "evict-oldest" } });
    await connect(one);
    one.tab.send("before");
    const own = one.tab.send("own", {
      idempotencyKey: "own",
      guard: () => {
        act(one);
        return true;
      },
    });
    one.tab.send("after");
    await one.settle();
    const transmitted = items(one).some(([, item]) => (item as { d?: unknown }).d === "own");
    if (own.status.get().kind === "aborted") expect(transmitted).toBe(false);
    await one.tab.dispose();
    const ids = one.tab.record.settled.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThanOrEqual(3);
    expect(one.tab.outbox.state.get()).toMatchObject({ depth: 0, bytes: 0 });
  });

  it("in plain mode is asked too: refused before it went it is aborted, after that uncertain and not sent again", async () => {
    const one = scene({ protocol: plainProtocol({ isAck: () => undefined }) });
    let still = true;
    const never = one.tab.send("never", { guard: () => false });
    const flying = one.tab.send("flying", { guard: () => still });
    one.tab.connect();
    one.socket().open();
    await one.settle();
    expect(one.socket().sent).toEqual(["flying"]);
    expect(await never.settled).toEqual({ kind: "aborted" });
    still = false;
    one.socket().cut();
    await one.world.advance(3_000);
    one.socket().open();
    await one.settle();
    expect(one.socket().sent).toEqual([]);
    expect(await flying.settled).toEqual({ kind: "uncertain" });
  });
});
