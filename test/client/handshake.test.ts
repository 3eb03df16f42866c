import { describe, expect, it } from "vitest";
import { accept, authed, connect, data, event, hello, live, scene, welcome } from "./script.ts";

const nameOf = (one: ReturnType<typeof scene>) => one.tab.state.get().name;

describe("the handshake", () => {
  it("is inert until it is asked", async () => {
    const one = scene();
    await one.world.advance(60_000);
    expect(one.world.sockets).toHaveLength(0);
    expect(one.tab.state.get()).toEqual({ name: "disconnected", reason: "initial" });
  });

  it("walks connecting → authenticating → resuming → connected", async () => {
    const one = scene();
    one.tab.subscribe("room", () => undefined);
    one.tab.connect();
    expect(nameOf(one)).toBe("connecting");
    one.socket().open();
    await one.settle();
    expect(nameOf(one)).toBe("authenticating");
    one.socket().receive(hello);
    await one.settle();
    one.socket().receive([authed, welcome([{ ...live("room", 1, "t1"), status: "delta" }])]);
    await one.settle();
    expect(nameOf(one)).toBe("resuming");
    one.socket().receive({ t: "live", c: "room", epoch: "e1", seq: 1, tail: "t1" });
    await one.settle();
    expect(nameOf(one)).toBe("connected");
  });

  it("sends nothing, and no token, before a valid hello (S3)", async () => {
    const one = scene({ auth: () => ({ token: "secret" }) });
    one.tab.connect();
    one.socket().open();
    await one.settle();
    expect(one.socket().sent).toEqual([]);
    one.socket().receive(hello);
    await one.settle();
    expect(one.sent("auth")).toMatchObject([{ token: "secret", term: 1 }]);
    expect(one.socket().url).not.toContain("secret");
  });

  it("pipelines auth and resume in one WebSocket message", async () => {
    const one = scene();
    await connect(one);
    expect(one.socket().sent).toHaveLength(1);
  });

  it.each([
    ["an echo of nothing", "not json"],
    ["some JSON", '{"hello":"world"}'],
    ["a frame that is not hello", JSON.stringify(authed)],
    ["a hello without limits", '{"t":"hello","v":1}'],
  ])("fails with NOT_RESILIENT and names plainProtocol() when the first frame is %s", async (_, text) => {
    const one = scene();
    one.tab.connect();
    one.socket().open();
    await one.settle();
    one.socket().receive(text);
    await one.settle();
    expect(one.tab.state.get()).toMatchObject({
      name: "failed",
      code: "NOT_RESILIENT",
      recovery: { kind: "manual" },
    });
    expect(one.tab.record.errors.at(-1)?.message).toContain("plainProtocol()");
    await one.world.advance(600_000);
    expect(one.world.sockets).toHaveLength(1);
  });

  it("fails with VERSION_UNSUPPORTED and recovery update-app on another version", async () => {
    const one = scene();
    one.tab.connect();
    one.socket().open();
    await one.settle();
    one.socket().receive({ ...hello, v: 2 } as never);
    await one.settle();
    expect(one.tab.state.get()).toMatchObject({
      name: "failed",
      code: "VERSION_UNSUPPORTED",
      recovery: { kind: "update-app" },
    });
  });

  it("gives up an attempt without hello after 10 s and retries (fault 9, fault 10)", async () => {
    const one = scene();
    one.tab.connect();
    one.socket().open();
    await one.world.advance(9_990);
    expect(nameOf(one)).toBe("authenticating");
    await one.world.advance(20);
    expect(one.tab.state.get()).toMatchObject({
      name: "reconnecting",
      reason: "timeout",
      lastError: { code: "HANDSHAKE_TIMEOUT" },
    });
  });

  it("gives up an attempt that never opens after 10 s (fault 12)", async () => {
    const one = scene();
    one.tab.connect();
    await one.world.advance(10_010);
    expect(one.tab.state.get()).toMatchObject({
      name: "reconnecting",
      lastError: { code: "CONNECT_TIMEOUT" },
    });
  });

  it("keeps the queue and backs off while the token endpoint is down (fault 66)", async () => {
    const one = scene({ auth: () => Promise.reject(new Error("502")) });
    one.tab.send("kept");
    one.tab.connect();
    one.socket().open();
    await one.settle();
    expect(one.tab.state.get()).toMatchObject({
      name: "reconnecting",
      reason: "auth",
      lastError: { code: "AUTH_FAILED" },
    });
    expect(one.tab.outbox.state.get().depth).toBe(1);
  });

  it.each([
    ["a bare string", "secret"],
    ["another shape", { access_token: "secret" }],
  ])(
    "says what auth must answer when it answers %s, without repeating the token (S20)",
    async (_, answer) => {
      const one = scene({ auth: () => answer as never });
      one.tab.connect();
      one.socket().open();
      await one.settle();
      const state = one.tab.state.get();
      expect(state).toMatchObject({ name: "reconnecting", lastError: { code: "AUTH_FAILED" } });
      expect(state.name === "reconnecting" && state.lastError?.message).toMatch(/\{ token \}(?!.*secret)/);
    },
  );

  it("fails with recovery sign-in when nobody is signed in; reconnect() asks again (fault 5)", async () => {
    let user: string | null = null;
    const one = scene({ auth: () => (user ? { token: user } : null) });
    one.tab.connect();
    one.socket().open();
    await one.settle();
    expect(one.tab.state.get()).toMatchObject({
      name: "failed",
      code: "UNAUTHORISED",
      recovery: { kind: "sign-in" },
    });
    user = "ada";
    one.tab.reconnect();
    await accept(one);
    expect(nameOf(one)).toBe("connected");
  });

  it("asks for a fresh token after 4004 (fault 65)", async () => {
    const refreshes: boolean[] = [];
    const one = scene({
      auth: ({ refresh }) => {
        refreshes.push(refresh);
        return { token: "t" };
      },
    });
    await connect(one);
    one.socket().close(4004);
    await one.world.advance(5_000);
    one.socket().open();
    await one.settle();
    expect(refreshes).toEqual([false, true]);
  });

  it("does not hold up the other channels for a bad one: after 10 s it is connected", async () => {
    const one = scene();
    const good = one.tab.watch("good");
    one.tab.watch("bad");
    await connect(one, [live("good"), { ...live("bad", 3, "t3"), status: "delta" }]);
    expect(nameOf(one)).toBe("resuming");
    await one.world.advance(10_010);
    expect(nameOf(one)).toBe("connected");
    one.socket().receive(data("good", event(1, "a", "")));
    await one.settle();
    expect(good.data()).toEqual(["a"]);
  });

  it("tells a denied channel and connects", async () => {
    const one = scene();
    const secret = one.tab.watch("secret");
    await connect(one, [{ ...live("secret"), status: "denied" }]);
    expect(nameOf(one)).toBe("connected");
    expect(secret.continuity).toMatchObject([{ result: "denied", reason: undefined }]);
  });

  it("asks for a channel that was subscribed between resume and welcome", async () => {
    const one = scene();
    one.tab.connect();
    one.socket().open();
    await one.settle();
    one.socket().receive(hello);
    await one.settle();
    one.tab.watch("late");
    one.socket().receive([authed, welcome()]);
    await one.settle();
    expect(one.sent("sub")).toMatchObject([{ c: "late", since: "now" }]);
  });

  it("closes a server that sends a frame of wrong shape and tries again; the process lives (fault 52, fault 55)", async () => {
    const one = scene();
    one.tab.watch("room");
    await connect(one);
    one.socket().receive(data("room", { ...event(1), seq: 2 ** 53 }));
    await one.settle();
    expect(one.tab.state.get()).toMatchObject({ name: "reconnecting", lastError: { code: "INVALID_FRAME" } });
  });

  it("ignores frames of an unknown type", async () => {
    const one = scene();
    await connect(one);
    one.socket().receive('{"t":"tomorrow"}');
    await one.settle();
    expect(nameOf(one)).toBe("connected");
  });

  it("answers a ping from the message handler", async () => {
    const one = scene();
    await connect(one);
    one.socket().receive({ t: "ping" });
    await one.settle();
    expect(one.sent("pong")).toHaveLength(1);
  });

  it("replaces a half-open socket within interval + timeout, closing it 4007 (fault 1, fault 14)", async () => {
    const one = scene();
    await connect(one);
    await one.world.advance(34_000);
    expect(nameOf(one)).toBe("connected");
    await one.world.advance(1_500);
    expect(one.tab.record.transitions.at(-2)?.to).toMatchObject({
      name: "reconnecting",
      reason: "heartbeat",
    });
    expect(one.tab.sockets()).toHaveLength(2);
  });

  it("† discards a cursor the server refuses, tells lost, resumes fresh; a second refusal in a row is final", async () => {
    const one = scene();
    const room = one.tab.watch("room");
    await connect(one, [live("room", 5, "t5")]);
    const refuse = async (): Promise<void> => {
      one.socket().receive({ t: "error", code: "INVALID_SEQ", status: 400, retriable: true, ref: "room" });
      one.socket().close(4000);
      await one.settle();
    };
    await refuse();
    expect(room.continuity).toMatchObject([{ result: "lost", reason: "invalid_seq" }]);
    await one.world.advance(5_000);
    one.socket().open();
    await one.settle();
    one.socket().receive(hello);
    await one.settle();
    expect(one.sent("resume")).toMatchObject([{ channels: [{ c: "room", since: "now" }] }]);
    await refuse();
    expect(one.tab.state.get()).toMatchObject({ name: "failed", code: "INVALID_SEQ" });
  });
});
