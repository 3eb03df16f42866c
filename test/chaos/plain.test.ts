import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { createResilientClient } from "../../src/client/createResilientClient.ts";
import { createChaosProxy } from "../../src/testing/node/createChaosProxy.ts";
import { resumeById, resumeBySeq } from "../client/texts/textsProtocol.ts";
import { createTextsServer } from "../client/texts/textsServer.ts";

const cuts = Number(process.env["CHAOS_CUTS"] ?? 4);

const until = async (condition: () => boolean): Promise<void> => {
  for (let waited = 0; !condition(); waited += 5) {
    if (waited > 60_000) throw new Error("not within 60 s");
    await sleep(5);
  }
};

const serve = async () => {
  const server = createTextsServer();
  const sockets = new WebSocketServer({ port: 0, host: "127.0.0.1", maxPayload: 65_536 });
  sockets.on("connection", (socket: WebSocket) => {
    const { received, closed } = server.accept({
      send: (text) => socket.send(text),
      close: (code, reason) => socket.close(code, reason),
    });
    socket.on("error", () => undefined);
    socket.on("message", (data: Buffer) => received(data.toString()));
    socket.on("close", closed);
  });
  await once(sockets, "listening");
  return { server, sockets, port: (sockets.address() as AddressInfo).port };
};

describe("a plain server of the source texts behind the chaos proxy, 100 messages a second each way", () => {
  it.each([
    ["{ type: 'resume', lastSeenId }", resumeById],
    ["{ lastSeqId } and SYNC_DELTA", resumeBySeq],
  ])("%s: resets lose nothing and repeat nothing (fault 3)", async (name, protocol) => {
    const { server, sockets, port } = await serve();
    const proxy = await createChaosProxy({ target: { port } });
    const client = createResilientClient({ url: `ws://127.0.0.1:${proxy.port}`, protocol: protocol() });
    const heard: unknown[] = [];
    const kinds: string[] = [];
    client.subscribe("default", ({ data }) => heard.push(data));
    client.on("settled", ({ settlement }) => kinds.push(settlement.kind));
    try {
      client.connect();
      await until(() => client.state.get().name === "connected");
      await sleep(50);
      // Before its first message a page has no place to resume from.
      server.publish("down 0");
      await until(() => heard.length > 0);
      let n = 0;
      const traffic = setInterval(() => {
        n++;
        client.send(`up ${n}`);
        server.publish(`down ${n}`);
      }, 10);
      for (let cut = 0; cut < cuts; cut++) {
        await sleep(200 + 200 * Math.random());
        proxy.delay(cut % 2 ? 30 : 0);
        let broke = false;
        const deaf = client.state.subscribe(() => (broke = true));
        proxy.reset();
        await until(() => broke && client.state.get().name === "connected");
        deaf();
      }
      clearInterval(traffic);
      await until(() => client.outbox.state.get().depth === 0 && heard.length >= server.stream.length);
      await sleep(100);
      const stream = server.stream.map(({ payload }) => payload as string);
      const of = (what: string): readonly string[] => stream.filter((text) => text.startsWith(what));
      console.log(`${name}: ${cuts} resets; ${n} each way, ${server.duplicates()} came twice to the server`);
      expect(of("up")).toEqual(Array.from({ length: n }, (_, i) => `up ${i + 1}`));
      expect(of("down")).toEqual(Array.from({ length: n + 1 }, (_, i) => `down ${i}`));
      expect(heard).toEqual(stream);
      expect(kinds).toEqual(Array.from({ length: n }, () => "acked"));
    } finally {
      await client.dispose();
      await proxy.close();
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    }
  });
});
