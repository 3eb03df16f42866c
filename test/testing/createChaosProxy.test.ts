import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createChaosProxy, type ChaosProxy } from "../../src/testing/node/createChaosProxy.ts";

/** An echo that writes down the size of every chunk it was given. */
const chunks: number[] = [];
const echo = createServer((socket) => {
  socket.on("error", () => undefined);
  socket.on("data", (data) => {
    chunks.push(data.length);
    socket.write(data);
  });
});
let proxy: ChaosProxy;
let clients: Socket[] = [];

beforeEach(async () => {
  chunks.length = 0;
  echo.listen(0, "127.0.0.1");
  await once(echo, "listening");
  proxy = await createChaosProxy({ target: { port: (echo.address() as AddressInfo).port } });
});
afterEach(async () => {
  for (const client of clients) client.destroy();
  clients = [];
  await proxy.close();
  echo.close();
});

const dial = async (): Promise<Socket> => {
  const client = connect({ host: "127.0.0.1", port: proxy.port, noDelay: true });
  client.on("error", () => undefined);
  clients.push(client);
  await once(client, "connect");
  return client;
};

const hear = async (client: Socket, bytes: number): Promise<string> => {
  let text = "";
  while (text.length < bytes) text += String((await once(client, "data"))[0]);
  return text;
};

describe("the chaos proxy", () => {
  it("carries bytes both ways and counts them", async () => {
    const client = await dial();
    client.write("hello");
    expect(await hear(client, 5)).toBe("hello");
    expect(proxy.connections).toMatchObject([{ id: 1, bytesUp: 5, bytesDown: 5, closedAt: null }]);
  });

  it("cuts with FIN and resets with RST (fault 3)", async () => {
    const cut = await dial();
    cut.write("x");
    await hear(cut, 1);
    const ended = once(cut, "end");
    expect(proxy.cut()).toBe(1);
    await ended;

    const reset = await dial();
    reset.write("x");
    await hear(reset, 1);
    // Not events.once: it would reject on `error`.
    const failed = new Promise<NodeJS.ErrnoException>((done) => reset.once("error", done));
    expect(proxy.reset()).toBe(1);
    expect((await failed).code).toBe("ECONNRESET");
    expect(proxy.connections.every((one) => one.closedAt !== null)).toBe(true);
  });

  it("holds one direction back, tells nobody, and lets it pass afterwards (fault 1, fault 14)", async () => {
    const client = await dial();
    client.write("a");
    await hear(client, 1);
    proxy.blackHole("down", 120);
    const start = performance.now();
    client.write("b");
    expect(await hear(client, 1)).toBe("b");
    expect(performance.now() - start).toBeGreaterThan(100);
    expect(chunks).toEqual([1, 1]);
  });

  it("delays without changing the order", async () => {
    const client = await dial();
    proxy.delay(30);
    const start = performance.now();
    for (const letter of "abcdef") client.write(letter);
    expect(await hear(client, 6)).toBe("abcdef");
    expect(performance.now() - start).toBeGreaterThan(55);
  });

  it("slices into single bytes (fault 13)", async () => {
    const client = await dial();
    proxy.slice(1);
    client.write("slowly");
    expect(await hear(client, 6)).toBe("slowly");
    expect(Math.max(...chunks)).toBeLessThan(6);
  });

  it("throttles to a rate (fault 15)", async () => {
    const client = await dial();
    proxy.throttle(10_000);
    proxy.slice(100);
    const start = performance.now();
    client.write("x".repeat(1_000));
    await hear(client, 1_000);
    expect(performance.now() - start).toBeGreaterThan(80);
  });

  it("refuses new connections while told to (fault 12)", async () => {
    proxy.refuse(true);
    // Before or after `connect`, as the kernel likes.
    await expect(dial().then((client) => hear(client, 1))).rejects.toThrow("ECONNRESET");
    proxy.refuse(false);
    const next = await dial();
    next.write("x");
    expect(await hear(next, 1)).toBe("x");
  });

  it("plays a captive portal: HTTP 200 to whatever is asked (fault 8)", async () => {
    proxy.portal(true);
    const client = await dial();
    client.write("GET /ws HTTP/1.1\r\nupgrade: websocket\r\n\r\n");
    expect(await hear(client, 100)).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*Wi-Fi/);
  });

  it("plays a hostile portal: a redirect, no upgrade, scribbles behind one, silence until it is over (fault 8, fault 9)", async () => {
    proxy.portal("hostile");
    const request =
      "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nOrigin: b\r\n\r\n";
    const knock = async (): Promise<Socket> => {
      const client = await dial();
      client.write(request);
      return client;
    };
    expect(await hear(await knock(), 20)).toMatch(/^HTTP\/1\.1 302 Found/);
    // The server behind is an echo.
    expect(await hear(await knock(), 40)).toBe("GET /ws HTTP/1.1\r\nHost: a\r\nOrigin: b\r\n\r\n");
    const scribbled = await hear(await knock(), request.length + 20);
    expect(scribbled.startsWith(request)).toBe(true);
    expect(scribbled.slice(request.length)).toMatch(/^<script/);

    const silent = await knock();
    const heard: string[] = [];
    silent.on("data", (data) => heard.push(String(data)));
    await sleep(50);
    const over = once(silent, "close");
    proxy.portal(false);
    await over;
    expect(heard).toEqual([]);
    const next = await knock();
    expect(await hear(next, request.length)).toBe(request);
  });

  it("injects bytes into what is under way", async () => {
    const client = await dial();
    client.write("a");
    await hear(client, 1);
    expect(proxy.inject("<p>")).toBe(1);
    expect(await hear(client, 3)).toBe("<p>");
  });

  it("close ends every connection", async () => {
    const client = await dial();
    client.write("x");
    await hear(client, 1);
    const closed = once(client, "close");
    await proxy.close();
    await closed;
    await sleep(0);
    expect(proxy.connections[0]?.closedAt).not.toBeNull();
    proxy = await createChaosProxy({ target: { port: 1 } });
  });
});
