import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { vi } from "vitest";
import { useResilientWS } from "../../hooks/useResilientWS.ts";
import { ResilientSocketProvider } from "../../providers/ResilientSocketProvider.tsx";
import { createResilientServer } from "../../src/entry/server.ts";
import { sqliteStore } from "../../src/entry/server-sqlite.ts";
import { plainProtocol, type Receipt } from "../../src/entry/core.ts";
import { memoryStore } from "../../src/server/store/memoryStore.ts";
import { createWorld } from "../../src/testing/createWorld.ts";
import type { Profile, StorageFault } from "../../src/testing/outboxStorage.ts";
import type { TabOptions } from "../../src/testing/tab.ts";
import { connect, data, hello, live, scene, type Scene } from "../client/script.ts";
import { everyOne, type Scenarios, textsOf } from "./unions.ts";

/** The code an app sees when this throws or rejects. */
const thrown = async (task: () => unknown): Promise<unknown> => {
  try {
    await task();
  } catch (error) {
    return (error as { readonly code?: unknown }).code;
  }
  return "nothing";
};
const rejected = async (receipt: Receipt): Promise<unknown> => {
  const settlement = await receipt.settled;
  return settlement.kind === "rejected" ? settlement.code : settlement.kind;
};
const connected = async (options: TabOptions = {}): Promise<Scene> => {
  const one = scene(options);
  await connect(one);
  return one;
};
/** What the connection says of itself. */
const stateCode = ({ tab }: Scene): unknown => {
  const state = tab.state.get();
  return state.name === "failed"
    ? state.code
    : state.name === "reconnecting"
      ? state.lastError?.code
      : state.name;
};
const closedWith = (code: number) => async (): Promise<unknown> => {
  const one = await connected();
  one.socket().close(code);
  await one.settle();
  return stateCode(one);
};
const after = async (one: Scene, ms: number): Promise<unknown> => {
  one.tab.connect();
  await one.world.advance(ms);
  return stateCode(one);
};
/** What a request is told when its message is acknowledged like this. */
const replied = (answer: object) => async (): Promise<unknown> => {
  const one = await connected();
  const asked = thrown(() => one.tab.request("q"));
  await one.settle();
  const [{ p }] = one.sent("pub") as unknown as [{ p: string }];
  one.socket().receive({ t: "ack", p, c: "default", n: 1, head: 1, runs: [[1, 1, 1]], ...answer });
  await one.settle();
  return asked;
};
/** What a page with a stored outbox is told when its storage has this fault. */
const stored =
  (
    fault: StorageFault | null,
    story: (one: Pick<Scene, "tab" | "settle">, profile: Profile) => Promise<void>,
  ) =>
  async (): Promise<unknown> => {
    const world = createWorld({ server: false });
    const browser = world.openBrowser();
    browser.profile.fail(fault);
    const tab = browser.openTab({ durable: true, identity: "ada" });
    await story({ tab, settle: () => world.advance(100) }, browser.profile);
    return tab.record.errors[0]?.code;
  };
/** Uses the hook while it is rendered on a server. */
const Sender = ({ use }: { readonly use: (send: (payload: unknown) => Receipt) => void }): null => {
  const { send } = useResilientWS();
  use(send);
  return null;
};

/** One for each code: where you add a code, add what makes an app see it. */
const scenarios: Scenarios = {
  UNSERIALIZABLE: () => rejected(scene().tab.send(() => 1)),
  INVALID_NAME: () => rejected(scene().tab.send(1, { channel: "" })),
  INVALID_EXPECTED: () => rejected(scene().tab.send(1, { expected: { seq: -1, tail: "" } })),
  TOO_LARGE: () => rejected(scene().tab.send("x".repeat(70_000))),
  QUEUE_FULL: () => {
    const { tab } = scene({ outbox: { capacity: 1 } });
    tab.send(1);
    return rejected(tab.send(2));
  },
  NOT_CONNECTED: () => rejected(scene().tab.send(1, { volatile: true })),
  CONGESTED: async () => {
    const world = createWorld();
    const tab = world.openTab();
    tab.connect();
    await world.advance(1_000);
    world.network.stall("up");
    for (let i = 0; i < 40; i++) tab.send("x".repeat(60_000));
    await world.advance(1);
    return rejected(tab.send(1, { volatile: true }));
  },
  SSR: () => {
    let receipt: Receipt | undefined;
    const sender = createElement(Sender, { use: (send) => void (receipt = send(1)) });
    renderToString(createElement(ResilientSocketProvider, { url: "ws://localhost/ws", children: sender }));
    return receipt && rejected(receipt);
  },
  DISPOSED: async () => {
    const { tab } = scene();
    await tab.dispose();
    return rejected(tab.send(1));
  },
  CONNECT_TIMEOUT: () => after(scene(), 10_001),
  HANDSHAKE_TIMEOUT: async () => {
    const one = scene();
    one.tab.connect();
    one.socket().open();
    return after(one, 10_001);
  },
  HEARTBEAT_TIMEOUT: async () => {
    const one = await connected();
    await one.world.runUntil(() => one.tab.state.get().name !== "connected");
    return stateCode(one);
  },
  SOCKET_CLOSED: closedWith(1006),
  AUTH_FAILED: async () => {
    const one = scene({ auth: () => Promise.reject(new Error("down")) });
    one.tab.connect();
    one.socket().open();
    await one.settle();
    return stateCode(one);
  },
  URL_FAILED: () => after(scene({ url: () => Promise.reject(new Error("no idea")), name: "elsewhere" }), 1),
  INVALID_FRAME: async () => {
    const one = await connected();
    one.socket().receive('{"t":"ack"}');
    await one.settle();
    return stateCode(one);
  },
  NOT_RESILIENT: async () => {
    const one = scene();
    one.tab.connect();
    one.socket().open();
    one.socket().receive('"welcome to my server"');
    await one.settle();
    return stateCode(one);
  },
  UNAUTHORISED: closedWith(4501),
  FORBIDDEN: closedWith(4503),
  VERSION_UNSUPPORTED: closedWith(4505),
  PROTOCOL_ERROR: closedWith(4500),
  INVALID_SEQ: async () => {
    const one = scene();
    one.tab.watch("room", { since: { epoch: "e1", seq: 5, tail: "t5" } });
    one.tab.connect();
    for (let refusal = 0; refusal < 2; refusal++) {
      await one.world.runUntil(() => one.tab.state.get().name === "connecting");
      one.socket().open();
      await one.settle();
      one.socket().receive(hello);
      await one.settle();
      one.socket().receive({ t: "error", code: "INVALID_SEQ", status: 400, retriable: true, ref: "room" });
      one.socket().close(4000);
      await one.settle();
    }
    return stateCode(one);
  },
  CLOSED_BY_SERVER: closedWith(4999),
  RETRIES_EXHAUSTED: async () => {
    const one = await connected({ backoff: { maxAttempts: 0 } });
    one.socket().cut();
    await one.settle();
    return stateCode(one);
  },
  ILLEGAL_TRANSITION: async () => {
    const one = scene({
      protocol: {
        ...plainProtocol(),
        drive: (host) => {
          const driver = plainProtocol().drive(host);
          return { ...driver, opened: () => host.dispatch({ type: "welcomed", spreadMs: 0 }) };
        },
      },
    });
    one.tab.connect();
    one.socket().open();
    await one.settle();
    return stateCode(one);
  },
  INVALID_OPTION: () => thrown(() => scene({ url: "http://example.com" })),
  NO_PROVIDER: () => thrown(() => renderToString(createElement(Sender, { use: () => undefined }))),
  HANDLER_THREW: async () => {
    const one = scene();
    one.tab.subscribe("room", () => {
      throw new Error("mine");
    });
    await connect(one, [live("room")]);
    one.socket().receive(data("room", { seq: 1, tail: "t1", prev: "", lam: 1, d: 1 }));
    await one.settle();
    return one.tab.record.errors[0]?.code;
  },
  MESSAGE_NOT_ACKED: () => thrown(scene().tab.send(() => 1).orThrow),
  REPLY_TIMEOUT: async () => {
    const one = await connected();
    const asked = thrown(() => one.tab.request("q", { timeoutMs: 1_000 }));
    await one.world.advance(1_001);
    return asked;
  },
  REPLY_GONE: replied({ runs: undefined, verdicts: [[1, 1, "dup", 1]] }),
  REPLY_TOO_LARGE: replied({ replies: [[1, "REPLY_TOO_LARGE"]] }),
  TIMEOUT: async () => {
    const one = await connected();
    const asked = thrown(() => one.tab.history("room", { timeoutMs: 1_000 }));
    await one.world.advance(1_001);
    return asked;
  },
  DISCONNECTED: async () => {
    const one = await connected();
    const asked = thrown(() => one.tab.history("room"));
    one.tab.disconnect();
    return asked;
  },
  NOT_SUPPORTED: () => thrown(() => scene({ protocol: plainProtocol() }).tab.history("room")),
  STORAGE_UNAVAILABLE: stored("denied", async ({ tab, settle }) => {
    tab.connect();
    await settle();
  }),
  STORAGE_LOST: stored(null, async ({ tab, settle }, profile) => {
    tab.connect();
    await settle();
    profile.fail("quota");
    tab.send(1);
    await settle();
  }),
  STORE_UNAVAILABLE: () => thrown(() => sqliteStore({ path: ":memory:" }).head("room")),
  SQLITE_UNAVAILABLE: async () => {
    const builtin = vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined);
    const code = await thrown(() => sqliteStore({ path: ":memory:" }));
    builtin.mockRestore();
    return code;
  },
  KEY_REUSED: async () => {
    const server = createResilientServer({
      store: memoryStore(),
      authenticate: () => null,
      logger: () => {},
    });
    await server.publish("room", 1, { idempotencyKey: "k" });
    const code = await thrown(() => server.publish("room", 2, { idempotencyKey: "k" }));
    await server.close();
    return code;
  },
};

everyOne(
  "error code",
  "is seen through the public API",
  textsOf("src/core/errors.ts", "ErrorCode"),
  scenarios,
);
