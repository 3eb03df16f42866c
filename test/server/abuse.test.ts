import { mkdtempSync, readdirSync, existsSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect as dial } from "node:net";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { createResilientServer } from "../../src/server/createResilientServer.ts";
import { groupCommit } from "../../src/server/store/groupCommit.ts";
import { memoryStore } from "../../src/server/store/memoryStore.ts";
import { sqliteStore } from "../../src/server/store/sqliteStore.ts";
import { systemClock } from "../../src/platform/systemClock.ts";
import { systemDice } from "../../src/platform/systemDice.ts";
import { createTestServer } from "./testServer.ts";

const folder = mkdtempSync(path(tmpdir(), "abuse-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type TestServer = ReturnType<typeof createTestServer>;

/** A link that takes `bytesPerMs`, and what was put on it. */
async function overSlowLink({ server, clock }: TestServer, bytesPerMs: number, ...frames: unknown[]) {
  const link = { buffered: 0, most: 0, sent: 0, last: "", closed: undefined as number | undefined };
  const events = server.accept(
    {
      send: (text) => {
        link.last = text;
        link.sent += text.length;
        link.buffered += text.length;
        link.most = Math.max(link.most, link.buffered);
      },
      close: (code) => (link.closed = code),
      terminate: () => {},
      bufferedBytes: () => link.buffered,
    },
    { url: "/ws", headers: {}, remoteAddress: "10.0.0.9" },
  );
  const drain = () => {
    link.buffered = Math.max(0, link.buffered - 10 * bytesPerMs);
    clock.after(10, drain);
  };
  drain();
  events.received(JSON.stringify([{ t: "auth", token: null, group: "slow", term: 1 }, ...frames]));
  return link;
}

const fill = async ({ server }: TestServer, channel: string, count: number, payload: unknown) => {
  for (let i = 0; i < count; i++) await server.publish(channel, payload);
};

describe("rights", () => {
  it("a cursor that names another channel does not open that channel (S6, S9)", async () => {
    const t = createTestServer({ authorize: ({ channel }) => channel !== "secret" });
    await fill(t, "mine", 600, "mine");
    await fill(t, "secret", 600, "secret");
    const peer = await t.join([]);
    const { epoch } = await t.store.head("mine");
    await peer.raw(
      JSON.stringify({ t: "read", rid: 1, c: "secret", cursor: { epoch, seq: 0, tail: "", c: "mine" } }),
    );
    await t.clock.advance(100);
    expect(peer.seen()).toEqual([]);
    expect(peer.last("error")?.code).toBe("DENIED");
  });

  it("a login that is over when it arrives can neither write nor listen (fault 65, S21)", async () => {
    const t = createTestServer({ authenticate: () => ({ subject: "ann", expiresAt: 1 }) });
    const peer = await t.join();
    await peer.pub(1, ["late"]);
    await t.clock.advance(100);
    expect(peer.state.closed?.code).toBe(4004);
    expect(await t.log()).toEqual([]);
    const head = vi.spyOn(t.store, "head");
    await t.clock.advance(10_000);
    expect(head).not.toHaveBeenCalled();
  });

  it("an expiry that is no instant fails the login; it does not last for ever (fault 65)", async () => {
    const t = createTestServer({ authenticate: () => ({ subject: "ann", expiresAt: NaN }) });
    const peer = t.connect();
    await peer.auth();
    expect(peer.last("error")?.code).toBe("AUTH_UNAVAILABLE");
  });

  it("rights and judgements may be promises of any library (S6)", async () => {
    class Later<T> {
      readonly value: T;
      constructor(value: T) {
        this.value = value;
      }
      then<R>(next: (value: T) => R) {
        return new Later(next(this.value));
      }
    }
    const t = createTestServer({
      authorize: () => new Later(true) as never,
      onMessage: ({ payload }) => new Later(`${String(payload)}!`),
    });
    const peer = await t.join([]);
    await peer.pub(1, ["a"]);
    await t.clock.advance(1);
    expect(await t.log()).toEqual(["a!"]);
  });
});

describe("what one peer asks for is bounded in memory", () => {
  it("a state larger than the send buffer reaches a slow but steady reader (S15, fault 69)", async () => {
    const state = "s".repeat(12_000_000);
    const t = createTestServer({ snapshot: async (c) => ({ state, cursor: await t.store.head(c) }) });
    await t.server.publish("board", 1);
    const channels = [{ c: "board", since: "snapshot" }];
    const link = await overSlowLink(t, 500, { t: "resume", channels, producers: [] });
    expect(await t.clock.runUntil(() => link.last.includes('"t":"live"'), 30_000)).toBe(true);
    expect(link.closed).toBeUndefined();
  });

  it("a long replay does not close a slow but steady reader (P4.4, fault 15)", async () => {
    const t = createTestServer();
    await fill(t, "room", 400, "x".repeat(30_000));
    const channels = [{ c: "room", since: { last: 400 } }];
    const link = await overSlowLink(t, 500, { t: "resume", channels, producers: [] });
    expect(await t.clock.runUntil(() => link.last.includes('"t":"live"'), 30_000)).toBe(true);
    expect(link.closed).toBeUndefined();
    expect(link.most).toBeLessThan(1024 * 1024);
  });

  it("a flood of reads waits for its reader, one after the other (P8.2, S14)", async () => {
    const t = createTestServer();
    await fill(t, "room", 100, "x".repeat(30_000));
    const read = vi.spyOn(t.store, "read");
    const reads = Array.from({ length: 100 }, (_, rid) => ({ t: "read", rid, c: "room", before: 101 }));
    const link = await overSlowLink(t, 500, { t: "resume", channels: [], producers: [] }, ...reads);
    await t.clock.advance(1_000);
    expect(read.mock.calls.length).toBeLessThan(3);
    await t.clock.advance(20_000);
    expect([link.closed, link.sent > 9_000_000]).toEqual([undefined, true]);
    expect(link.most).toBeLessThan(1024 * 1024);
  });

  it("a flood of subscriptions to one channel reads its log once (S14)", async () => {
    const t = createTestServer();
    await fill(t, "room", 3, "x");
    const read = vi.spyOn(t.store, "read");
    const peer = await t.join([]);
    await peer.send(
      ...Array.from({ length: 100 }, () => ({ t: "sub", c: "room", since: { last: 3 } }) as const),
    );
    await t.clock.advance(100);
    expect(read.mock.calls.length).toBeLessThan(3);
    expect(peer.seen()).toEqual(["x", "x", "x"]);
  });

  it("a flood of claims is answered in portions, as the peer takes them (P4.7, S14)", async () => {
    const t = createTestServer();
    const peer = await t.join([]);
    peer.state.buffered = 1024 * 1024;
    const claims = Array.from({ length: 100 }, (_, i) => ({ p: `p${i}`, c: "room", acked: 0 }));
    await peer.send({ t: "claim", producers: claims });
    await t.clock.advance(1_000);
    const answered = () => peer.all("positions").flatMap(({ producers }) => producers).length;
    expect(answered()).toBeLessThan(20);
    peer.state.buffered = 0;
    await t.clock.advance(1_000);
    expect(answered()).toBe(100);
  });

  it("a flood of invented producers closes 4011: each would be remembered for days (S14)", async () => {
    const t = createTestServer();
    const peer = await t.join([]);
    for (let i = 0; i < 8_000; i += 500)
      await peer.send(
        ...Array.from(
          { length: 500 },
          (_, k) => ({ t: "skip", c: "room", p: `p${i + k}`, from: 1, to: 1, acked: 0 }) as const,
        ),
      );
    await t.clock.advance(10);
    expect(peer.last("error")?.code).toBe("TOO_MANY_PRODUCERS");
    expect(peer.state.closed?.code).toBe(4011);
  });

  it("a source of snapshots that hangs is asked anew (fault 61)", async () => {
    let calls = 0;
    const t = createTestServer({
      snapshot: async (c) => {
        if (++calls === 1) return new Promise(() => {});
        return { state: "state", cursor: await t.store.head(c) };
      },
    });
    const peer = await t.join([{ c: "room", since: "snapshot" }]);
    await t.clock.advance(6_000);
    await peer.send({ t: "ping" });
    await t.clock.advance(26_000);
    await peer.send({ t: "sub", c: "room", since: "snapshot" });
    await t.clock.advance(100);
    expect(peer.last("snapshot")?.d).toBe('"state"');
  });

  it("a refused upgrade is not held open by a peer that never closes (S16, S17)", async () => {
    const http = createServer();
    const server = createResilientServer({ store: memoryStore(), authenticate: () => ({ subject: "ann" }) });
    server.attach(http);
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    const { port } = http.address() as AddressInfo;
    const socket = dial({ port, host: "127.0.0.1", allowHalfOpen: true }).on("error", () => {});
    socket.resume();
    socket.write(
      "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nOrigin: null\r\n\r\n",
    );
    await new Promise((resolve) => socket.once("end", resolve));
    const held = () => new Promise<number>((resolve) => http.getConnections((_, count) => resolve(count)));
    await vi.waitFor(async () => expect(await held()).toBe(0));
    socket.destroy();
    await server.close();
    http.close();
  });
});

describe("a SQLite store in trouble", () => {
  it.runIf(existsSync("/proc/self/fd"))(
    "a file that is no database costs no handles (fault 61)",
    async () => {
      const file = path(folder, "no.db");
      writeFileSync(file, "this is no database ".repeat(500));
      const store = sqliteStore({ path: file });
      const handles = () => readdirSync("/proc/self/fd").length;
      await expect(store.open()).rejects.toThrow();
      const before = handles();
      for (let i = 0; i < 30; i++) await expect(store.open()).rejects.toThrow();
      expect(handles()).toBeLessThanOrEqual(before + 2);
    },
  );

  it("what another process wrote in the last moment before the transaction is seen (fault 62)", async () => {
    const file = path(folder, "two.db");
    const turns: (() => void)[] = [];
    let before = () => {};
    const wallMs = () => {
      const task = before;
      before = () => {};
      task();
      return Date.now();
    };
    const dice = systemDice;
    const a = sqliteStore({ path: file, ports: { clock: { ...systemClock, wallMs }, dice } });
    const b = sqliteStore({
      path: file,
      ports: { clock: { ...systemClock, soon: (task) => void turns.push(task) }, dice },
    });
    await a.open();
    await b.open();
    const append = (store: typeof a, item: Parameters<typeof a.append>[0][number]["items"][number]) =>
      store.append([
        { channel: "room", subject: "ann", p: "p1", acked: 0, old: false, lam: 0, items: [item] },
      ]);
    await append(a, { kind: "message", n: 1, id: "m1", d: "1" });
    const other = append(b, { kind: "skip", from: 2, to: 2 });
    before = () => turns.shift()?.();
    const [late] = await append(a, { kind: "message", n: 2, id: "m2", d: "2" });
    await other;
    expect(late?.events).toEqual([]);
    expect(late?.answer).toMatchObject({ n: 2, verdicts: [[2, 2, "skipped"]] });
    await a.close();
    const closing = b.close();
    turns.splice(0).forEach((task) => task());
    await closing;
  });

  it("a rollback that fails too still answers who waits (fault 61)", async () => {
    const turns: (() => void)[] = [];
    const commit = groupCommit({
      soon: (task) => void turns.push(task),
      begin: () => {},
      commit: () => {
        throw new Error("disk full");
      },
      rollback: () => {
        throw new Error("no transaction");
      },
    });
    const answer = commit.add(() => 1);
    expect(() => turns.forEach((task) => task())).not.toThrow();
    await expect(answer).rejects.toThrow("disk full");
  });
});
