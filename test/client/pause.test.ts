import { describe, expect, it } from "vitest";
import { connect, scene } from "./script.ts";

const minute = 60_000;

describe("pauseHiddenAfterMs", () => {
  it("lets the connection go once the page was hidden that long, and dials when it is shown", async () => {
    const one = scene({ pauseHiddenAfterMs: minute, heartbeat: { intervalMs: 1e6 } });
    await connect(one);
    one.tab.page.hide();
    await one.world.advance(minute - 1_000);
    expect(one.tab.state.get().name).toBe("connected");
    await one.world.advance(2_000);
    expect(one.tab.state.get()).toEqual({ name: "disconnected", reason: "suspended" });
    expect(one.world.network.live()).toHaveLength(0);
    one.tab.page.show();
    expect(one.tab.state.get().name).toBe("connecting");
  });

  it("keeps it when the page was shown meanwhile", async () => {
    const one = scene({ pauseHiddenAfterMs: 10_000 });
    await connect(one);
    one.tab.page.hide();
    await one.world.advance(5_000);
    one.tab.page.show();
    await one.settle();
    one.socket().receive({ t: "pong" });
    await one.world.advance(8_000);
    expect(one.tab.state.get().name).toBe("connected");
  });

  it("waits for messages that are not settled", async () => {
    const one = scene({ pauseHiddenAfterMs: 5_000, outbox: { ackTimeoutMs: 1e6 } });
    await connect(one);
    one.tab.send("x");
    one.tab.page.hide();
    await one.world.advance(12_000);
    expect(one.tab.state.get().name).toBe("connected");
    const [{ p, c }] = one.sent("pub") as unknown as [{ p: string; c: string }];
    one.socket().receive({ t: "ack", p, c, n: 1, head: 1, runs: [[1, 1, 1]] });
    await one.world.advance(6_000);
    expect(one.tab.state.get()).toMatchObject({ name: "disconnected", reason: "suspended" });
  });

  it("counts from the connection when that comes while the page is hidden", async () => {
    const one = scene({ pauseHiddenAfterMs: 5_000 });
    one.tab.page.hide();
    await connect(one);
    await one.world.advance(6_000);
    expect(one.tab.state.get()).toMatchObject({ name: "disconnected", reason: "suspended" });
  });

  it("dials nothing that the app has ended, and is off unless it is asked for", async () => {
    const one = scene({ pauseHiddenAfterMs: 5_000 });
    await connect(one);
    one.tab.page.hide();
    await one.world.advance(6_000);
    one.tab.disconnect();
    one.tab.page.show();
    expect(one.tab.state.get()).toEqual({ name: "disconnected", reason: "requested" });
    const other = scene();
    await connect(other);
    other.tab.page.hide();
    await other.world.advance(20_000);
    expect(other.tab.state.get().name).toBe("connected");
  });
});
