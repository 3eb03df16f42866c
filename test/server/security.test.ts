import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { utf8Bytes } from "../../src/core/utf8Bytes.ts";
import { closeReason } from "../../src/server/closeReason.ts";
import { sqliteStore } from "../../src/server/store/sqliteStore.ts";
import { closeOf, createRealServer } from "./realServer.ts";
import { createTestServer } from "./testServer.ts";

describe("credentials", () => {
  it("in a URL or a cookie are in no log, whatever happens to the request (S3, S20)", async () => {
    const real = createRealServer();
    await real.start({
      authenticate: (token) => {
        if (token === "throws") throw new Error("the login service is down");
        return token === "good" ? { subject: "ann" } : null;
      },
    });
    const path = "/ws?token=SECRET1";
    const headers = { cookie: "session=SECRET2", authorization: "Bearer SECRET3" };
    await real.dial({ ...headers, origin: "https://evil.example" }, ["resilient.v1"], path);
    await real.dial(headers, ["none"], path);
    for (const token of ["SECRET4", "throws"]) {
      const ws = await real.open(headers, ["resilient.v1"], path);
      const closed = closeOf(ws);
      ws.send(JSON.stringify({ t: "auth", token, group: "SECRET5", term: 1 }));
      await closed;
    }
    expect(real.logged.length).toBeGreaterThan(3);
    expect(JSON.stringify(real.logged)).not.toMatch(/SECRET\d/);
    expect(real.server().metrics()).not.toMatch(/SECRET\d/);
    await real.stop();
  });

  it("a captured auth and resume, sent again without a valid token, gets nothing (S7, fault 68)", async () => {
    let valid = "token 1";
    const t = createTestServer({ authenticate: (token) => (token === valid ? { subject: "ann" } : null) });
    await t.server.publish("room", "secret");
    const { epoch } = await t.store.head("room");
    const auth = (token: string) => ({ t: "auth", token, group: "g", term: 1 }) as const;
    const captured = [
      auth("token 1"),
      {
        t: "resume",
        channels: [{ c: "room", epoch, seq: 0, tail: "" }],
        producers: [{ p: "p1", c: "room", acked: 0 }],
      },
    ] as const;
    const owner = t.connect();
    await owner.send(...captured);
    expect(owner.seen()).toEqual(["secret"]);
    await owner.pub(1, ["mine"]);

    valid = "token 2";
    const thief = t.connect();
    await thief.send(...captured);
    await t.clock.advance(100);
    expect(thief.received.map(({ t: type }) => type)).toEqual(["hello", "error"]);
    expect([thief.state.closed?.code, thief.seen()]).toEqual([4501, []]);
    const nobody = t.connect();
    await nobody.send(captured[1]);
    expect(nobody.received.map(({ t: type }) => type)).toEqual(["hello", "error"]);
  });

  it("a captured resume, sent with another subject's token, gets that subject's rights and no position of the owner (S7, S10)", async () => {
    const t = createTestServer({
      authorize: ({ subject, channel }) => channel !== "room" || subject === "ann",
    });
    const owner = await t.join([{ c: "room", since: "now" }], "ann");
    await owner.pub(1, ["mine"]);
    const { epoch } = await t.store.head("room");
    const thief = t.connect();
    await thief.auth("eve");
    await thief.resume([{ c: "room", epoch, seq: 0, tail: "" }], [{ p: "p1", c: "room", acked: 0 }]);
    await t.clock.advance(100);
    expect(thief.last("welcome")?.channels).toMatchObject([
      { c: "room", status: "denied", epoch: "", head: 0 },
    ]);
    expect(thief.last("positions")?.producers).toMatchObject([{ p: "p1", n: null }]);
    expect(thief.seen()).toEqual([]);
  });
});

describe("keys", () => {
  it("of another subject neither collide nor tell anything (S10)", async () => {
    const t = createTestServer();
    const keyed = (d: unknown) => [{ id: "order-7", key: true as const, d }];
    const [ann, eve] = [await t.join([], "ann"), await t.join([], "eve")];
    await ann.pub(1, keyed("ann's"));
    await eve.pub(1, keyed("a guess"), { p: "p2" });
    expect(eve.last("ack")).toMatchObject({ runs: [[1, 2, 1]] });
    expect(eve.last("ack")?.verdicts).toBeUndefined();
    expect(await t.log()).toEqual(["ann's", "a guess"]);
  });

  it("are bound to their payload, are at most 128 printable characters, and need not be UUIDs (S10)", async () => {
    const t = createTestServer();
    const peer = await t.join([], "ann");
    await peer.pub(1, [
      { id: "k", key: true, d: 1 },
      { id: "k", key: true, d: 2 },
      { id: "k", key: true, d: 1 },
    ]);
    expect(peer.last("ack")?.verdicts).toEqual([
      [2, 2, "rejected:KEY_REUSED"],
      [3, 3, "dup", 1],
    ]);
    for (const id of ["", "k".repeat(129), "a\nb"]) {
      const bad = await t.join([], "ann");
      await bad.pub(4, [{ id, key: true, d: 1 }]);
      expect(bad.state.closed?.code).toBe(4500);
    }
  });
});

describe("what a server says at the end", () => {
  it.each([
    ["a short one", "DRAINING", "DRAINING"],
    ["124 characters", "x".repeat(124), "x".repeat(123)],
    ["characters of two bytes", "ü".repeat(70), "ü".repeat(61)],
    ["characters of three bytes", "€".repeat(50), "€".repeat(41)],
    ["a pair at the cut", `${"x".repeat(120)}😀😀`, "x".repeat(120)],
    ["a pair that still fits", `${"x".repeat(119)}😀😀`, `${"x".repeat(119)}😀`],
  ])("fits into a close frame: %s (S19, CVE-2026-45736)", (_name, text, expected) => {
    expect(closeReason(text)).toBe(expected);
    expect(utf8Bytes(closeReason(text))).toBeLessThanOrEqual(123);
  });
});

describe("a process whose prototypes are frozen, without code from strings and without __proto__", () => {
  it("serves as any other, names of prototype members included (S18, CVE-2018-1270)", async () => {
    const script = fileURLToPath(new URL("frozenProcess.ts", import.meta.url));
    const flags = ["--disallow-code-generation-from-strings", "--disable-proto=delete", "--no-warnings"];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [...flags, script]);
    expect(stderr).toBe("");
    expect(stdout).toContain('"verdicts":[[1,1,"rejected:FORBIDDEN_KEY"],[2,2,"rejected:NO"]]');
    expect(stdout).toContain('"d":{"toString":1},"id":"toString"');
    expect(stdout).toContain('"c":"secret","epoch":"","head":0,"tail":"","status":"denied"');
    expect(stdout).toContain("[INVALID_OPTION] the channel of publish");
    expect(stdout).toContain("resilient_messages_appended_total 2");
    expect(stdout).toContain('"t":"goaway","reason":"drain"');
  });
});

describe("names in SQL", () => {
  const names = [
    "'; DROP TABLE events; --",
    '" OR ""="',
    "room') UNION SELECT token FROM users --",
    "%",
    "_",
    "room\\",
    "NULL",
    "rowid",
    "😀",
  ];

  it("are parameters: each is one channel, one subject, one producer and one key, and nothing else is touched (S25)", async () => {
    const store = sqliteStore({ path: ":memory:" });
    await store.open();
    for (const [i, name] of names.entries()) {
      const item = { kind: "message", n: 1, id: name, keyHash: "h", d: String(i) } as const;
      const [result] = await store.append([
        { channel: name, subject: name, p: "p", acked: 0, old: false, lam: 0, items: [item] },
      ]);
      expect(result?.answer).toMatchObject({ n: 1, runs: [[1, 1, 1]] });
      await store.publish({ channel: name, d: '"published"', key: name, keyHash: "h" });
    }
    for (const [i, name] of names.entries()) {
      const { events, seq } = await store.read(name, 0, 10);
      expect([seq, events.map(({ d }) => d)]).toEqual([2, [String(i), '"published"']]);
      expect(await store.positions(name, [{ p: "p", c: name, acked: 0 }])).toMatchObject([{ n: 1 }]);
      await store.retire(name, "p' OR 1=1 --");
    }
    expect(await store.head("room")).toMatchObject({ seq: 0 });
    await store.close();
  });
});
