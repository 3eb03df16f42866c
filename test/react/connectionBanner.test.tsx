import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { StrictMode } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ConnectionBanner, type ConnectionBannerProps } from "../../devtools/ConnectionBanner.tsx";
import { ResilientSocketProvider } from "../../providers/ResilientSocketProvider.tsx";
import { ResilientSocketError, type ConnectionState } from "../../src/client/surface.ts";
import { messages, type MessageCode } from "../../src/devtools/messages.ts";
import { virtualClock, type VirtualClock } from "../../src/testing/virtualClock.ts";
import { fakeClient } from "./fakeClient.ts";

let clock: VirtualClock;
let fake: ReturnType<typeof fakeClient>;
beforeEach(() => {
  clock = virtualClock();
  fake = fakeClient();
});
afterEach(cleanup);

type Of<N extends ConnectionState["name"]> = Extract<ConnectionState, { name: N }>;
const connected: ConnectionState = { name: "connected", since: 0 };
const disconnected = (reason: Of<"disconnected">["reason"]): ConnectionState => ({
  name: "disconnected",
  reason,
});
const reconnecting = (reason: Of<"reconnecting">["reason"] = "closed", attempt = 1): ConnectionState => ({
  name: "reconnecting",
  attempt,
  retryAt: 0,
  reason,
  lastError: null,
  recovery: { kind: "automatic", at: 0 },
});
const failed = (code: ResilientSocketError["code"], kind: "sign-in" | "update-app" | "manual") => ({
  name: "failed" as const,
  code,
  error: new ResilientSocketError(code, "for developers"),
  recovery: { kind },
});

const show = (props: ConnectionBannerProps = {}) =>
  render(
    <StrictMode>
      <ResilientSocketProvider client={fake.client}>
        <ConnectionBanner after={clock.after} {...props} />
      </ResilientSocketProvider>
    </StrictMode>,
  );
const become = (state: ConnectionState) => act(async () => fake.state.set(state));
const pass = (ms: number) => act(async () => clock.advance(ms));
const told = (): string => screen.getByRole("status").textContent;
const says = (...codes: readonly MessageCode[]): string => codes.map((code) => messages[code]).join(" ");

describe("what a user is told after two seconds", () => {
  it.each<[ConnectionState, string]>([
    [disconnected("initial"), ""],
    [disconnected("disposed"), ""],
    [disconnected("requested"), says("disconnected", "requested")],
    [disconnected("suspended"), says("disconnected", "suspended")],
    [disconnected("logout"), says("disconnected", "logout")],
    [{ name: "connecting", attempt: 0 }, says("connecting")],
    [{ name: "authenticating", attempt: 0 }, says("authenticating")],
    [{ name: "resuming", attempt: 0 }, says("resuming")],
    [connected, ""],
    ...(["closed", "heartbeat", "timeout", "network", "url", "auth", "breaker"] as const).map(
      (reason): [ConnectionState, string] => [
        reconnecting(reason),
        says("reconnecting", reason, "automatic"),
      ],
    ),
    [failed("UNAUTHORISED", "sign-in"), says("failed", "UNAUTHORISED", "sign-in")],
    [failed("FORBIDDEN", "sign-in"), says("failed", "FORBIDDEN", "sign-in")],
    [failed("VERSION_UNSUPPORTED", "update-app"), says("failed", "VERSION_UNSUPPORTED", "update-app")],
    ...(
      [
        "NOT_RESILIENT",
        "PROTOCOL_ERROR",
        "INVALID_SEQ",
        "CLOSED_BY_SERVER",
        "RETRIES_EXHAUSTED",
        "ILLEGAL_TRANSITION",
      ] as const
    ).map((code): [ConnectionState, string] => [failed(code, "manual"), says("failed", code, "manual")]),
  ])("%j", async (state, text) => {
    show();
    await become(state);
    await pass(1_999);
    expect(told()).toBe("");
    await pass(1);
    expect(told()).toBe(text);
  });
});

describe("the banner", () => {
  it("has a text for every code, and none is empty", () => {
    expect(Object.values(messages).filter((text) => !text.trim())).toEqual([]);
  });

  it("never mentions a blip, and no blip shortens the silence of the next", async () => {
    show();
    for (let i = 0; i < 3; i++) {
      await become(reconnecting());
      await pass(1_500);
      await become(connected);
      await pass(100);
    }
    await become(reconnecting());
    await pass(1_999);
    expect(told()).toBe("");
  });

  it("tells an outage once, however many attempts it takes, and again for another reason", async () => {
    show();
    await become(reconnecting("closed"));
    await pass(2_000);
    const region = screen.getByRole("status");
    let changes = 0;
    const observer = new MutationObserver((records) => (changes += records.length));
    observer.observe(region, { subtree: true, childList: true, characterData: true });
    for (let attempt = 2; attempt < 5; attempt++) {
      await become({ name: "connecting", attempt });
      await become({ name: "authenticating", attempt });
      await become(reconnecting("closed", attempt));
    }
    await pass(0);
    expect(changes).toBe(0);
    await become(reconnecting("breaker", 9));
    expect(told()).toBe(says("reconnecting", "breaker", "automatic"));
    expect(changes).toBeGreaterThan(0);
    expect(screen.getByRole("status")).toBe(region);
    observer.disconnect();
  });

  it("counts the two seconds from the first loss, whatever else goes wrong meanwhile, and tells the last of it", async () => {
    show();
    await become(reconnecting("network"));
    await pass(1_000);
    await become({ name: "connecting", attempt: 1 });
    await become(reconnecting("timeout", 2));
    await pass(1_000);
    expect(told()).toBe(says("reconnecting", "timeout", "automatic"));
  });

  it("tells the end of what it told, for a while", async () => {
    show();
    await become(reconnecting());
    await pass(2_000);
    await become(connected);
    expect(told()).toBe(messages.restored);
    await pass(2_999);
    expect(told()).toBe(messages.restored);
    await pass(1);
    expect(told()).toBe("");
  });

  it("does not call it restored when the app gave up the connection", async () => {
    show();
    await become(reconnecting());
    await pass(2_000);
    await become(disconnected("disposed"));
    expect(told()).toBe("");
  });

  it("offers to try now; where only the app knows what to do, it has a button when the app says so", async () => {
    const signIn = vi.fn();
    const { rerender, unmount } = show({ onRecover: { "sign-in": signIn } });
    await become(reconnecting());
    await pass(2_000);
    fireEvent.click(screen.getByRole("button", { name: "Try now" }));
    expect(fake.client.reconnect).toHaveBeenCalledTimes(1);
    await become(failed("UNAUTHORISED", "sign-in"));
    fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
    expect(signIn).toHaveBeenCalledTimes(1);
    rerender(
      <ResilientSocketProvider client={fake.client}>
        <ConnectionBanner after={clock.after} />
      </ResilientSocketProvider>,
    );
    unmount();
    show();
    await pass(2_000);
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("speaks the language of the app, text by text", async () => {
    show({ messages: { reconnecting: "Verbindung wird wiederhergestellt", closed: "Sie ist abgerissen." } });
    await become(reconnecting());
    await pass(2_000);
    expect(told()).toBe(`Verbindung wird wiederhergestellt Sie ist abgerissen. ${messages.automatic}`);
  });

  it("speaks of a client that it is given, where no provider of the default hooks stands", async () => {
    render(<ConnectionBanner after={clock.after} client={fake.client} />);
    await become(reconnecting());
    await pass(2_000);
    expect(told()).toBe(says("reconnecting", "closed", "automatic"));
  });

  it("leaves no timer and no listener behind", async () => {
    const { unmount } = show();
    await become(reconnecting());
    expect(clock.timers()).toBe(1);
    unmount();
    await pass(0);
    expect(clock.timers()).toBe(0);
    expect(fake.listeners()).toBe(0);
  });
});
