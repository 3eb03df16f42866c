import { act, cleanup, render } from "@testing-library/react";
import { Server, WebSocket as MockWebSocket } from "mock-socket";
import { StrictMode, useState } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { urlClient } from "../../hooks/urlClients.ts";
import { useResilientWS } from "../../hooks/useResilientWS.ts";
import { ResilientSocketProvider } from "../../providers/ResilientSocketProvider.tsx";
import { plainProtocol } from "../../src/client/plainProtocol.ts";

const url = "ws://localhost/shared";
/** Counts what is dialled; the server of mock-socket answers. */
const dialled: MockWebSocket[] = [];
class CountedWebSocket extends MockWebSocket {
  constructor(...input: ConstructorParameters<typeof MockWebSocket>) {
    super(...input);
    dialled.push(this);
  }
}
const open = () => dialled.filter(({ readyState }) => readyState <= 1).length;
/** mock-socket answers by timers. */
const pass = (ms = 100) => act(() => vi.advanceTimersByTimeAsync(ms));
const timersOfThePage = () => vi.getTimerCount();

beforeEach(() => {
  dialled.length = 0;
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", CountedWebSocket);
});
afterEach(async () => {
  cleanup();
  await vi.runAllTimersAsync();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function State({ target = url }: { readonly target?: string | null }) {
  return <p>{useResilientWS(target).state.name}</p>;
}

function Echo() {
  const [heard, setHeard] = useState<string[]>([]);
  const { send, state } = useResilientWS({
    onMessage: ({ data }) => setHeard((before) => [...before, String(data)]),
  });
  return (
    <button onClick={() => send("hello")}>
      {state.name} {heard.join()}
    </button>
  );
}

describe("a provider on the browser's own WebSocket", () => {
  it("dials once under StrictMode, echoes, and leaves nothing behind (fault 39)", async () => {
    const server = new Server("ws://localhost/echo", { mock: false });
    server.on("connection", (socket) => socket.on("message", (data) => socket.send(`${data as string}!`)));
    const view = render(
      <StrictMode>
        <ResilientSocketProvider url="ws://localhost/echo" protocol={plainProtocol()}>
          <Echo />
        </ResilientSocketProvider>
      </StrictMode>,
    );
    await pass();
    expect(view.container.textContent).toBe("connected ");
    await act(async () => view.getByRole("button").click());
    await pass();
    expect(view.container.textContent).toBe("connected hello!");
    view.unmount();
    await pass();
    expect(dialled).toHaveLength(1);
    expect(server.clients()).toHaveLength(0);
    expect(timersOfThePage()).toBe(0);
    server.stop();
  });
});

describe("useResilientWS(url)", () => {
  it("shares one socket between all components that name the URL (fault 39)", async () => {
    const view = render(
      <StrictMode>
        <State />
        <State />
      </StrictMode>,
    );
    await pass(0);
    expect(dialled).toHaveLength(1);
    view.rerender(
      <StrictMode>
        <State />
      </StrictMode>,
    );
    await pass(0);
    expect([dialled.length, open()]).toEqual([1, 1]);
    view.unmount();
    await pass(0);
    expect(open()).toBe(0);
  });

  it("hands the socket from a component that leaves to one that comes", async () => {
    const view = render(<State key="a" />);
    await pass(0);
    view.rerender(<State key="b" />);
    await pass(0);
    expect([dialled.length, open()]).toEqual([1, 1]);
  });

  it("moves to another URL, and from null to a URL and back", async () => {
    const view = render(<State target={null} />);
    await pass(0);
    expect(dialled).toHaveLength(0);
    view.rerender(<State target="ws://localhost/one" />);
    await pass(0);
    view.rerender(<State target="ws://localhost/two" />);
    await pass(0);
    expect(dialled.map(({ url: to }) => to)).toEqual(["ws://localhost/one", "ws://localhost/two"]);
    expect(open()).toBe(1);
    view.rerender(<State target={null} />);
    await pass(0);
    expect([open(), view.container.textContent]).toEqual([0, "disconnected"]);
  });

  it("finds its client and what it queued again; forgets it when others are asked for and nothing waits (fault 72)", async () => {
    const client = urlClient("ws://localhost/kept");
    const view = render(<State target="ws://localhost/kept" />);
    const receipt = client.send("waits");
    view.unmount();
    await pass(0);
    urlClient("ws://localhost/other 1");
    expect(urlClient("ws://localhost/kept")).toBe(client);
    expect(client.outbox.cancel(receipt.id)).toBe(true);
    const again = render(<State target="ws://localhost/kept" />);
    again.unmount();
    await pass(0);
    urlClient("ws://localhost/other 2");
    expect(urlClient("ws://localhost/kept")).not.toBe(client);
  });

  it("keeps its socket when the module is replaced (fault 40)", async () => {
    const before = urlClient(url);
    vi.resetModules();
    const fresh = await import("../../hooks/urlClients.ts");
    expect(fresh.urlClient).not.toBe(urlClient);
    expect(fresh.urlClient(url)).toBe(before);
  });
});
