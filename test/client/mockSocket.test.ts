import { type Client, Server, WebSocket as MockWebSocket } from "mock-socket";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createResilientClient } from "../../src/client/createResilientClient.ts";
import { browserSocket } from "../../src/platform/browserSocket.ts";
import { resumeBySeq } from "./texts/textsProtocol.ts";
import { createTextsServer } from "./texts/textsServer.ts";

const url = "ws://localhost/mock";
/** mock-socket answers by timers. */
const pass = (ms = 100) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  listening?.stop();
  vi.useRealTimers();
});

let listening: Server | undefined;
const listen = (options: object): Server => (listening = new Server(url, { mock: false, ...options }));

/** A plain server on mock-socket, with a hand on its connections. */
const serve = () => {
  const server = createTextsServer();
  const sockets: Client[] = [];
  const mock = listen({});
  mock.on("connection", (socket) => {
    sockets.push(socket);
    const { received, closed } = server.accept({
      send: (text) => socket.send(text),
      close: (code, reason) => socket.close({ code, reason, wasClean: true }),
    });
    socket.on("message", (data) => received(data as string));
    socket.on("close", closed);
  });
  return { server, sockets, mock };
};

it("a client on mock-socket resumes, sends again and settles as on a real one", async () => {
  const { server, sockets, mock } = serve();
  const client = createResilientClient({
    url,
    protocol: resumeBySeq(),
    ports: { socket: browserSocket(MockWebSocket as unknown as typeof WebSocket) },
  });
  const heard: unknown[] = [];
  const told: unknown[] = [];
  client.subscribe("default", ({ data }) => heard.push(data), {
    onContinuity: ({ result, replayed }) => told.push([result, replayed]),
  });
  client.connect();
  await pass();
  server.publish("one");
  const receipt = client.send("two");
  await pass();
  expect(receipt.status.get()).toEqual({ kind: "acked", seq: undefined });
  sockets[0]!.close({ code: 1012, reason: "restart", wasClean: true });
  await pass(20);
  server.publish("three");
  client.send("four");
  await pass(2_000);
  expect(client.state.get().name).toBe("connected");
  expect(heard).toEqual(["one", "two", "three", "four"]);
  expect(told).toEqual([["replayed", 1]]);
  expect(sockets).toHaveLength(2);
  await client.dispose();
  await pass();
  expect(mock.clients()).toHaveLength(0);
});

it("a mock server that closes while the client still dials is one failed attempt", async () => {
  listen({ verifyClient: () => false });
  const client = createResilientClient({
    url,
    protocol: resumeBySeq(),
    ports: { socket: browserSocket(MockWebSocket as unknown as typeof WebSocket) },
  });
  client.connect();
  await pass(50);
  expect(client.state.get()).toMatchObject({ name: "reconnecting", attempt: 1 });
  await client.dispose();
  expect(vi.getTimerCount()).toBe(0);
});
