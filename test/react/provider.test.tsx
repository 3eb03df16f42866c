import { act, cleanup, render } from "@testing-library/react";
import { Fragment, type ReactNode, StrictMode, useLayoutEffect } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { useConnectionState } from "../../hooks/useConnectionState.ts";
import { useResilientClient } from "../../hooks/useResilientClient.ts";
import { useSubscription } from "../../hooks/useSubscription.ts";
import { copies } from "../../providers/context.ts";
import { ResilientSocketProvider } from "../../providers/ResilientSocketProvider.tsx";
import { version } from "../../providers/version.ts";
import { fixed } from "../../src/core/backoff.ts";
import type { ResilientClientOptions } from "../../src/client/options.ts";
import { plainProtocol } from "../../src/client/plainProtocol.ts";
import type { ResilientClient } from "../../src/client/ResilientClient.ts";
import type { ConnectionState } from "../../src/client/surface.ts";
import packageJson from "../../package.json" with { type: "json" };
import { fakeClient } from "./fakeClient.ts";
import { Grab } from "./Grab.tsx";
import { authed, fakePorts, hello, welcome } from "./fakePorts.ts";

const url = "ws://localhost/ws";
const nothing = { sockets: 0, timers: 0, listeners: 0 };

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

function State() {
  return <p>{useConnectionState((state) => state.name)}</p>;
}

describe("mounting", () => {
  it("dials exactly one WebSocket under StrictMode (fault 39)", async () => {
    const world = fakePorts();
    const view = render(
      <StrictMode>
        <ResilientSocketProvider url={url} ports={world.ports} protocol={plainProtocol()}>
          <State />
        </ResilientSocketProvider>
      </StrictMode>,
    );
    await world.advance();
    expect(world.sockets).toHaveLength(1);
    expect(view.container.textContent).toBe("connecting");
    await act(async () => world.sockets[0]?.open());
    expect(view.container.textContent).toBe("connected");
    view.unmount();
    await world.advance();
    expect(world.alive()).toEqual(nothing);
    expect(world.sockets).toHaveLength(1);
  });

  it("keeps one socket over 100 renders with inline options, functions and handlers", async () => {
    const world = fakePorts();
    const app = (n: number) => (
      <ResilientSocketProvider
        url={url}
        ports={{ ...world.ports }}
        protocol={plainProtocol()}
        backoff={{ policy: fixed(100) }}
        outbox={{ capacity: 10 }}
        logger={() => n}
      >
        <State />
      </ResilientSocketProvider>
    );
    const warn = vi.spyOn(console, "warn");
    const view = render(app(0));
    await act(async () => world.sockets[0]?.open());
    for (let n = 1; n <= 100; n++) view.rerender(app(n));
    await world.advance();
    expect(world.sockets).toHaveLength(1);
    expect(view.container.textContent).toBe("connected");
    expect(warn).not.toHaveBeenCalled();
  });

  it("waits for connect() where connect is manual, and still closes with the provider", async () => {
    const world = fakePorts();
    let client: ResilientClient | undefined;
    const grab = (one: ResilientClient) => (client = one);
    const view = render(
      <StrictMode>
        <ResilientSocketProvider url={url} ports={world.ports} connect="manual">
          <Grab into={grab} />
        </ResilientSocketProvider>
      </StrictMode>,
    );
    await world.advance(1_000);
    expect(world.sockets).toHaveLength(0);
    act(() => client?.connect());
    expect(world.alive().sockets).toBe(1);
    view.unmount();
    await world.advance();
    expect(world.alive()).toEqual(nothing);
  });
});

describe("connect where it is demand", () => {
  function Hears({ channel }: { readonly channel: string }) {
    useSubscription(channel, () => undefined);
    return null;
  }
  const mounted = (strict: boolean, below: ReactNode) => {
    const world = fakePorts();
    const Mode = strict ? StrictMode : Fragment;
    const app = (children: ReactNode) => (
      <Mode>
        <ResilientSocketProvider url={url} connect="demand" ports={world.ports} protocol={plainProtocol()}>
          {children}
        </ResilientSocketProvider>
      </Mode>
    );
    const view = render(app(below));
    return { world, view, show: (next: ReactNode) => view.rerender(app(next)) };
  };

  it.each([false, true])("dials at the first subscription below it (StrictMode: %s)", async (strict) => {
    const { world, view, show } = mounted(strict, <State />);
    await world.advance(1_000);
    expect(world.alive()).toEqual(nothing);
    show(<Hears channel="room" />);
    expect(world.sockets).toHaveLength(1);
    view.unmount();
    await world.advance();
    expect(world.alive()).toEqual(nothing);
  });

  it.each([false, true])(
    "dials with the provider where something is heard from the start (StrictMode: %s)",
    (strict) => {
      const { world } = mounted(strict, <Hears channel="room" />);
      expect(world.sockets).toHaveLength(1);
    },
  );

  it("dials at the first message", async () => {
    const clients: ResilientClient[] = [];
    const grab = (client: ResilientClient) => void clients.push(client);
    const { world } = mounted(false, <Grab into={grab} />);
    expect(world.sockets).toHaveLength(0);
    act(() => void clients[0]!.send("x"));
    expect(world.sockets).toHaveLength(1);
    await act(async () => world.sockets[0]?.open());
    expect(world.sockets[0]?.sent).toEqual(["x"]);
  });
});

describe("unmounting leaves no socket, timer or listener (fault 39)", () => {
  type World = ReturnType<typeof fakePorts>;
  const socketOf = (world: World) => world.sockets.at(-1)!;
  const open = (world: World) => socketOf(world).open();
  const greet = (world: World) => {
    open(world);
    socketOf(world).receive(hello);
  };
  const enter: Record<ConnectionState["name"], (world: World, client: ResilientClient) => void> = {
    disconnected: (_, client) => client.disconnect(),
    connecting: () => undefined,
    authenticating: greet,
    resuming: (world) => {
      greet(world);
      socketOf(world).receive([authed, welcome]);
    },
    connected: (world) => {
      greet(world);
      socketOf(world).receive([
        authed,
        { ...welcome, channels: [{ c: "room", epoch: "e", head: 0, tail: "", status: "live" }] },
      ]);
    },
    reconnecting: (world) => socketOf(world).close(1006, ""),
    failed: (world) => {
      open(world);
      socketOf(world).receive("not ours");
    },
  };

  function Room() {
    useSubscription("room", () => undefined);
    return <State />;
  }

  it.each(Object.keys(enter) as ConnectionState["name"][])("in %s", async (name) => {
    const world = fakePorts();
    let client: ResilientClient | undefined;
    const grab = (one: ResilientClient) => (client = one);
    const view = render(
      <StrictMode>
        <ResilientSocketProvider url={url} ports={world.ports}>
          <Room />
          <Grab into={grab} />
        </ResilientSocketProvider>
      </StrictMode>,
    );
    await world.advance();
    await act(async () => enter[name](world, client!));
    expect(view.container.textContent).toBe(name);
    client!.send("waits in the outbox");
    view.unmount();
    await world.advance();
    expect(world.alive()).toEqual(nothing);
    const dialled = world.sockets.length;
    await world.advance(120_000);
    expect(world.alive()).toEqual(nothing);
    expect(world.sockets).toHaveLength(dialled);
  });

  it("when the state changes between the unmount and the release one task later (fault 42)", async () => {
    const world = fakePorts();
    const view = render(
      <ResilientSocketProvider url={url} ports={world.ports}>
        <State />
      </ResilientSocketProvider>,
    );
    view.unmount();
    open(world);
    await world.advance();
    expect(world.alive()).toEqual(nothing);
  });
});

describe("unmounting with messages in the outbox (fault 72)", () => {
  const leave = async (onUnmount: ResilientClientOptions["onUnmount"]) => {
    const world = fakePorts();
    let client: ResilientClient | undefined;
    const grab = (one: ResilientClient) => (client = one);
    const view = render(
      <ResilientSocketProvider url={url} ports={world.ports} protocol={plainProtocol()} onUnmount={onUnmount}>
        <Grab into={grab} />
      </ResilientSocketProvider>,
    );
    const receipt = client!.send("waits");
    view.unmount();
    await world.advance();
    return { world, receipt };
  };

  it("keeps them by default", async () => {
    const { world, receipt } = await leave(undefined);
    expect(receipt.status.get().kind).toBe("queued");
    expect(world.alive()).toEqual(nothing);
  });

  it("settles them aborted where told to purge", async () => {
    const { world, receipt } = await leave({ queue: "purge" });
    expect(receipt.status.get().kind).toBe("aborted");
    expect(world.alive()).toEqual(nothing);
  });

  it("lingers where told to, and then leaves nothing behind", async () => {
    const { world, receipt } = await leave({ lingerMs: 2_000 });
    expect(world.alive().sockets).toBe(1);
    await act(async () => world.sockets[0]?.open());
    expect(receipt.status.get().kind).toBe("sent");
    await world.advance(2_000);
    expect(world.alive()).toEqual(nothing);
  });
});

describe("what changes and what does not", () => {
  const pairsOf = () => {
    const made = new Map<ResilientClient, string>();
    const rendered: string[] = [];
    const committed: string[] = [];
    function Pair({ prop }: { readonly prop: string }) {
      const client = useResilientClient();
      // The first prop a client is seen with is its own: it was made for it.
      if (!made.has(client)) made.set(client, prop);
      const pair = `${prop} with the client of ${made.get(client)}`;
      rendered.push(pair);
      useLayoutEffect(() => {
        committed.push(pair);
      });
      return null;
    }
    return { Pair, rendered, committed };
  };

  it.each(["identity", "url", "name"] as const)(
    "never renders or commits a new %s with the old client, and disposes that one",
    async (what) => {
      const world = fakePorts();
      const { Pair, rendered, committed } = pairsOf();
      const clients: ResilientClient[] = [];
      const grab = (client: ResilientClient) => void clients.push(client);
      const value = (n: number) => (what === "url" ? `ws://localhost/${n}` : `u${n}`);
      const app = (n: number) => (
        <ResilientSocketProvider
          {...{ url, [what]: value(n) }}
          ports={world.ports}
          protocol={plainProtocol()}
        >
          <Pair prop={value(n)} />
          <Grab into={grab} />
        </ResilientSocketProvider>
      );
      const view = render(app(1));
      await act(async () => world.sockets[0]?.open());
      const waiting = clients[0]!.send("of the first", { signal: new AbortController().signal });
      view.rerender(app(2));
      await world.advance();
      for (const pairs of [rendered, committed]) {
        expect(new Set(pairs)).toEqual(
          new Set([
            `${value(1)} with the client of ${value(1)}`,
            `${value(2)} with the client of ${value(2)}`,
          ]),
        );
      }
      expect(clients).toHaveLength(2);
      expect(clients[0]?.state.get()).toEqual({ name: "disconnected", reason: "disposed" });
      expect((await waiting.settled).kind).toMatch(/sent|aborted/);
      expect(world.sockets.map((socket) => socket.state())).toEqual(["closing", "connecting"]);
      expect(world.sockets[1]?.liveBefore).toBe(0);
      view.unmount();
      await world.advance();
      expect(world.alive()).toEqual(nothing);
    },
  );

  it.each<readonly [string, (n: number) => Partial<ResilientClientOptions>, (n: number) => string]>([
    ["a list of URLs", () => ({ url: ["ws://localhost/a", "ws://localhost/b"] }), () => "ws://localhost/a"],
    [
      "a function for the URL",
      (n) => ({ name: "n", url: () => `ws://localhost/ws?ticket=${n}` }),
      (n) => `ws://localhost/ws?ticket=${n}`,
    ],
  ])(
    "keeps one client over inline %s, and calls the function of the latest render",
    async (_, props, dialled) => {
      const world = fakePorts();
      const clients = new Set<ResilientClient>();
      const grab = (client: ResilientClient) => void clients.add(client);
      const app = (n: number) => (
        <ResilientSocketProvider
          url=""
          {...props(n)}
          ports={world.ports}
          protocol={plainProtocol()}
          backoff={{ policy: fixed(100) }}
        >
          <Grab into={grab} />
        </ResilientSocketProvider>
      );
      const view = render(app(1));
      view.rerender(app(2));
      await world.advance();
      expect(world.sockets.map(({ url }) => url)).toEqual([dialled(1)]);
      view.rerender(app(3));
      await act(async () => world.sockets[0]?.close(1006));
      await world.advance(150);
      expect(world.sockets.map(({ url }) => url)).toEqual([dialled(1), dialled(3)]);
      expect(clients.size).toBe(1);
    },
  );

  it("makes a new client when an entry of the list changes", async () => {
    const world = fakePorts();
    const app = (second: string) => (
      <ResilientSocketProvider url={["ws://localhost/a", second]} ports={world.ports}>
        <State />
      </ResilientSocketProvider>
    );
    const view = render(app("ws://localhost/b"));
    view.rerender(app("ws://localhost/c"));
    await world.advance();
    expect(world.sockets).toHaveLength(2);
    expect(world.alive().sockets).toBe(1);
  });

  it("switches once under StrictMode (fault 39)", async () => {
    const world = fakePorts();
    const app = (identity: string) => (
      <StrictMode>
        <ResilientSocketProvider url={url} identity={identity} ports={world.ports}>
          <State />
        </ResilientSocketProvider>
      </StrictMode>
    );
    const view = render(app("ann"));
    await world.advance();
    view.rerender(app("bob"));
    await world.advance();
    expect(world.sockets).toHaveLength(2);
    expect(world.alive().sockets).toBe(1);
  });

  it("calls the auth and the logger of the latest render", async () => {
    const world = fakePorts();
    const calls: string[] = [];
    const app = (n: number) => (
      <ResilientSocketProvider
        url={url}
        ports={world.ports}
        auth={() => {
          calls.push(`auth ${n}`);
          return { token: `t${n}` };
        }}
        logger={(_, code) => calls.push(`${code} ${n}`)}
      >
        <State />
      </ResilientSocketProvider>
    );
    const view = render(app(1));
    view.rerender(app(2));
    calls.length = 0;
    await act(async () => {
      world.sockets[0]?.open();
      world.sockets[0]?.receive(hello);
    });
    await world.advance();
    expect(calls).toContain("auth 2");
    expect(calls).toContain("TRANSITION 2");
    expect(world.sockets[0]?.sent.join()).toContain('"token":"t2"');
  });

  it("calls the functions inside of its option groups of the latest render, too", async () => {
    const world = fakePorts();
    const measured: number[] = [];
    const warn = vi.spyOn(console, "warn");
    const app = (n: number) => (
      <ResilientSocketProvider
        url={url}
        ports={world.ports}
        protocol={plainProtocol()}
        backoff={{ policy: fixed(n * 1_000), minUptimeMs: 1 }}
        telemetry={{ onMeasure: () => measured.push(n) }}
      >
        <State />
      </ResilientSocketProvider>
    );
    const view = render(app(1));
    view.rerender(app(2));
    measured.length = 0;
    await act(async () => world.sockets[0]?.close(1006));
    expect(new Set(measured)).toEqual(new Set([2]));
    await world.advance(1_999);
    expect(world.sockets).toHaveLength(1);
    await world.advance(1);
    expect(world.sockets).toHaveLength(2);
    expect(warn).not.toHaveBeenCalled();
  });

  it("warns once, in development only, when an option changes that is read once", () => {
    const world = fakePorts();
    const warn = vi.spyOn(console, "warn").mockReturnValue();
    const app = (props: Partial<ResilientClientOptions>) => (
      <ResilientSocketProvider url={url} ports={world.ports} heartbeat={{ intervalMs: 1_000 }} {...props} />
    );
    const view = render(app({}));
    view.rerender(app({ heartbeat: { intervalMs: 2_000 }, outbox: { capacity: 1 } }));
    view.rerender(app({ heartbeat: { intervalMs: 3_000 } }));
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]?.[0]).toMatch(/heartbeat, outbox: changed after the client was created/);
    vi.stubEnv("NODE_ENV", "production");
    const other = render(app({}));
    other.rerender(app({ heartbeat: { intervalMs: 2_000 } }));
    vi.unstubAllEnvs();
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it("renders where there is no process: a page that imports the files without a bundler", () => {
    const world = fakePorts();
    const app = (intervalMs: number) => (
      <ResilientSocketProvider url={url} ports={world.ports} heartbeat={{ intervalMs }} />
    );
    const view = render(app(1_000));
    const { env } = process;
    // Its getter throws, as reading an undeclared name does; nothing else of the runner may need it meanwhile.
    Object.defineProperty(process, "env", {
      configurable: true,
      get: () => {
        throw new ReferenceError("process is not defined");
      },
    });
    try {
      view.rerender(app(2_000));
    } finally {
      Object.defineProperty(process, "env", { configurable: true, value: env });
    }
    expect(world.sockets).toHaveLength(1);
  });
});

describe("whose client it is", () => {
  it("connects and releases a client that was handed in, and never disposes it", () => {
    const { client, holders } = fakeClient();
    const other = fakeClient();
    const app = (one: ResilientClient) => (
      <ResilientSocketProvider client={one}>
        <State />
      </ResilientSocketProvider>
    );
    const view = render(app(client));
    expect(holders()).toBe(1);
    view.rerender(app(other.client));
    expect([holders(), other.holders()]).toEqual([0, 1]);
    view.unmount();
    expect([holders(), other.holders()]).toEqual([0, 0]);
    expect(client.dispose).not.toHaveBeenCalled();
    expect(other.client.dispose).not.toHaveBeenCalled();
  });

  it("goes from a client of its own to one that was handed in and back", async () => {
    const world = fakePorts();
    const { client, holders } = fakeClient();
    const own = (
      <ResilientSocketProvider url={url} ports={world.ports}>
        <State />
      </ResilientSocketProvider>
    );
    const view = render(own);
    await world.advance();
    view.rerender(
      <ResilientSocketProvider client={client}>
        <State />
      </ResilientSocketProvider>,
    );
    await world.advance();
    expect(world.alive()).toEqual(nothing);
    expect([view.container.textContent, holders()]).toEqual(["disconnected", 1]);
    view.rerender(own);
    await world.advance();
    expect([world.alive().sockets, holders()]).toEqual([1, 0]);
  });

  it("shares nothing between two providers, and the nearest one wins", () => {
    const [outer, inner] = [fakeClient(), fakeClient()];
    const seen: ResilientClient[] = [];
    const grab = (client: ResilientClient) => void seen.push(client);
    render(
      <ResilientSocketProvider client={outer.client}>
        <ResilientSocketProvider client={inner.client}>
          <Grab into={grab} />
        </ResilientSocketProvider>
        <Grab into={grab} />
      </ResilientSocketProvider>,
    );
    expect(seen).toEqual([inner.client, outer.client]);
    const worlds = [fakePorts(), fakePorts()];
    const view = render(
      <>
        {worlds.map(({ ports }, n) => (
          <ResilientSocketProvider key={n} url={url} ports={ports} protocol={plainProtocol()}>
            <State />
          </ResilientSocketProvider>
        ))}
      </>,
    );
    act(() => worlds[0]?.sockets[0]?.open());
    expect(view.container.textContent).toBe("connectedconnecting");
    expect(worlds.map(({ sockets }) => sockets.length)).toEqual([1, 1]);
  });
});

describe("without a provider", () => {
  const failure = (): unknown => {
    vi.spyOn(console, "error").mockReturnValue();
    try {
      render(<State />);
    } catch (error) {
      return error;
    }
    return undefined;
  };

  it("throws NO_PROVIDER", () => {
    expect(failure()).toMatchObject({
      code: "NO_PROVIDER",
      message: "[NO_PROVIDER] no ResilientSocketProvider of resilient-socket above",
    });
  });

  it("names both versions where the package is loaded twice", () => {
    copies.push("0.0.7");
    const error = failure();
    copies.pop();
    expect(String(error)).toContain(`2 copies are loaded: ${version}, 0.0.7`);
  });

  it("knows its own version", () => {
    expect(version).toBe(packageJson.version);
  });
});
