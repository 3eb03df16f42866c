import { describe, expect, it } from "vitest";
import type { ResilientClientOptions } from "../../src/client/options.ts";
import { fixed } from "../../src/core/backoff.ts";
import { accept, connect, scene, type Scene } from "./script.ts";

const [a, b, c] = ["ws://a.test/ws", "ws://b.test/ws", "ws://c.test/ws"] as const;
const quick: Partial<ResilientClientOptions> = {
  backoff: { policy: fixed(100) },
  breaker: { failures: 3, minSilenceMs: 0, probeMs: 1_000 },
};
const dialled = (one: Scene): readonly string[] => one.tab.sockets().map(({ url }) => url);
/** As many attempts that come to nothing. */
const fail = async (one: Scene, times: number): Promise<void> => {
  for (let i = 0; i < times; i++) {
    one.socket().close(1006);
    await one.world.advance(1_501);
  }
};

describe("a list of URLs", () => {
  it("dials the first until the breaker opens, then one after the other, and stays where it works", async () => {
    const one = scene({ url: [a, b, c], ...quick });
    one.tab.connect();
    await fail(one, 4);
    expect(dialled(one)).toEqual([a, a, a, b, c]);
    await accept(one);
    expect(one.tab.state.get().name).toBe("connected");
    await one.world.advance(6_000);
    one.socket().close(1006);
    await one.world.advance(101);
    expect(dialled(one).slice(-2)).toEqual([c, c]);
  });

  it("begins again behind its end", async () => {
    const one = scene({ url: [a, b], ...quick });
    one.tab.connect();
    await fail(one, 5);
    expect(dialled(one)).toEqual([a, a, a, b, a, b]);
  });

  it("keeps what is queued and moves it to the URL that works", async () => {
    const one = scene({ url: [a, b], ...quick });
    one.tab.send("kept");
    one.tab.connect();
    await fail(one, 3);
    await accept(one);
    expect(one.sent("pub")).toMatchObject([{ m: [{ d: "kept" }] }]);
  });

  it("of one URL dials that one for ever", async () => {
    const one = scene({ url: [a], ...quick });
    one.tab.connect();
    await fail(one, 5);
    expect(new Set(dialled(one))).toEqual(new Set([a]));
  });

  it("is refused at construction when it is empty or holds what must not be dialled (S2)", () => {
    for (const url of [[], [a, "ws://b.example/ws"], [a, "x"], [undefined], 5])
      expect(() => scene({ url: url as never, name: "n" })).toThrow("INVALID_OPTION");
  });
});

describe("goaway.to", () => {
  const goaway = (to?: string) =>
    ({ t: "goaway", reason: "drain", minMs: 0, maxMs: 0, deadlineMs: 1_000, ...(to && { to }) }) as const;

  it("sends the client to another entry of its list, compared without the query", async () => {
    const one = scene({ url: [a, `${b}?key=1`, c] });
    await connect(one);
    one.socket().receive(goaway(`${b}?node=7`));
    await one.world.advance(5);
    expect(dialled(one)).toEqual([a, `${b}?key=1`]);
    await accept(one);
    one.socket().receive(goaway());
    await one.world.advance(5);
    expect(dialled(one).at(-1)).toBe(`${b}?key=1`);
  });

  it("holds also when the socket breaks before the moment to leave", async () => {
    const one = scene({ url: [a, b], backoff: { policy: fixed(100) } });
    await connect(one);
    one.socket().receive({ ...goaway(b), minMs: 50_000, maxMs: 60_000 });
    await one.settle();
    one.socket().close(1006);
    await one.world.advance(101);
    expect(dialled(one)).toEqual([a, b]);
  });

  it.each([
    "wss://evil.example/ws",
    "ws://a.test/other",
    "ws://a.test:81/ws",
    "wss://a.test/ws",
    "not a url",
    "",
  ])(
    "to %j is not followed: the client leaves, says foreign_goaway, and dials what the app listed (fault 74)",
    async (to) => {
      const logged: unknown[] = [];
      const anomalies: unknown[] = [];
      const one = scene({ url: [a, b], logger: (...entry) => logged.push(entry) });
      one.tab.on("anomaly", (anomaly) => anomalies.push(anomaly));
      await connect(one);
      one.socket().receive({ ...goaway(), to });
      await one.world.advance(5);
      expect(dialled(one)).toEqual([a, a]);
      expect(anomalies).toEqual([{ kind: "foreign_goaway" }]);
      expect(logged).toContainEqual(["warn", "ANOMALY", { kind: "foreign_goaway" }]);
    },
  );

  it("that is no text loses the socket, not the client (fault 55)", async () => {
    const one = scene({ url: [a, b] });
    await connect(one);
    one.socket().receive({ ...goaway(), to: 5 } as never);
    await one.settle();
    expect(one.tab.state.get()).toMatchObject({ name: "reconnecting", lastError: { code: "INVALID_FRAME" } });
  });
});

describe("a function for the URL", () => {
  it("is asked for every attempt, the query being its own affair", async () => {
    let calls = 0;
    const one = scene({ name: "n", url: () => `${a}?ticket=${++calls}`, backoff: { policy: fixed(100) } });
    expect(calls).toBe(0);
    one.tab.connect();
    expect(dialled(one)).toEqual([`${a}?ticket=1`]);
    one.socket().close(1006);
    await one.world.advance(101);
    expect(dialled(one)).toEqual([`${a}?ticket=1`, `${a}?ticket=2`]);
  });

  it("may answer later", async () => {
    const one = scene({ name: "n", url: async () => a });
    one.tab.connect();
    expect(one.tab.sockets()).toHaveLength(0);
    await one.settle();
    await accept(one);
    expect(one.tab.state.get().name).toBe("connected");
  });

  it.each<readonly [string, () => string | Promise<string>]>([
    [
      "throws",
      () => {
        throw new Error("no");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no"))],
    ["answers an insecure URL (S2)", () => "ws://x.example/ws"],
    ["answers one later", async () => "ws://x.example/ws"],
    ["answers nothing", () => undefined as never],
  ])("that %s fails the attempt as URL_FAILED, is asked again, and the queue is kept", async (_, answer) => {
    let calls = 0;
    const url = () => (calls++ ? a : answer());
    const one = scene({ name: "n", url, backoff: { policy: fixed(100) } });
    one.tab.send("kept");
    one.tab.connect();
    await one.settle();
    expect(one.tab.state.get()).toMatchObject({
      name: "reconnecting",
      reason: "url",
      lastError: { code: "URL_FAILED" },
    });
    expect(one.tab.sockets()).toHaveLength(0);
    await one.world.advance(101);
    await accept(one);
    expect(one.sent("pub")).toHaveLength(1);
  });

  it("that never answers is a CONNECT_TIMEOUT, its signal is aborted, and a late answer opens nothing", async () => {
    const asked: { signal: AbortSignal; answer: (url: string) => void }[] = [];
    const one = scene({
      name: "n",
      backoff: { policy: fixed(1_000) },
      url: ({ signal }) => new Promise((answer) => asked.push({ signal, answer })),
    });
    one.tab.connect();
    await one.world.advance(10_001);
    expect(one.tab.state.get()).toMatchObject({ lastError: { code: "CONNECT_TIMEOUT" } });
    expect(asked[0]!.signal.aborted).toBe(true);
    asked[0]!.answer(a);
    await one.settle();
    expect(one.tab.sockets()).toHaveLength(0);
  });

  it.each(["disconnect", "reconnect", "dispose"] as const)("is aborted by %s()", async (call) => {
    const signals: AbortSignal[] = [];
    const url = ({ signal }: { signal: AbortSignal }) => {
      signals.push(signal);
      return new Promise<string>((_, reject) => signal.addEventListener("abort", () => reject(new Error())));
    };
    const one = scene({ name: "n", url });
    one.tab.connect();
    void one.tab[call]();
    await one.settle();
    expect(signals[0]!.aborted).toBe(true);
    expect(signals).toHaveLength(call === "reconnect" ? 2 : 1);
    expect(one.tab.state.get().name).toBe(call === "reconnect" ? "connecting" : "disconnected");
  });

  it("has nothing to compare a goaway.to with: it is asked again", async () => {
    const one = scene({ name: "n", url: () => a });
    await connect(one);
    one.socket().receive({ t: "goaway", reason: "", minMs: 0, maxMs: 0, deadlineMs: 1, to: b });
    await one.world.advance(5);
    expect(dialled(one)).toEqual([a, a]);
  });

  it("needs a name: INVALID_OPTION", () => {
    expect(() => scene({ url: () => a })).toThrow("INVALID_OPTION");
    expect(() => scene({ url: () => a, name: "" })).toThrow("INVALID_OPTION");
  });
});
