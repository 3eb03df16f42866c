import { setTimeout as sleep } from "node:timers/promises";
import { createChaosProxy } from "../src/testing/node/createChaosProxy.ts";
import { createSpeaker } from "./speakers.ts";
import { startServer, type Kind } from "./startServer.ts";

const perSecond = (count: number, startMs: number): number => (count * 1_000) / (performance.now() - startMs);

const withSpeaker = async (
  kind: Kind,
  measure: (say: (id: number) => Promise<unknown>) => Promise<number>,
): Promise<number> => {
  const server = await startServer(kind);
  const speaker = await createSpeaker(kind, server.port);
  try {
    return await measure(speaker.say);
  } finally {
    await speaker.close();
    await server.stop();
  }
};

/** Acked messages a second when 1,000 are sent at once, again and again. */
export const inBursts = (kind: Kind): Promise<number> =>
  withSpeaker(kind, async (say) => {
    const size = 1_000;
    const bursts = 12;
    let id = 0;
    const burst = (): Promise<unknown> => Promise.all(Array.from({ length: size }, () => say(++id)));
    // The first bursts warm both ends up.
    await burst();
    await burst();
    const start = performance.now();
    for (let left = bursts; left > 0; left--) await burst();
    return perSecond(size * bursts, start);
  });

/** Acked messages a second when each waits for the ack of the one before. */
export const oneByOne = (kind: Kind): Promise<number> =>
  withSpeaker(kind, async (say) => {
    for (let id = 0; id < 300; id++) await say(id);
    const forMs = 1_000;
    const start = performance.now();
    let count = 0;
    while (performance.now() - start < forMs) await say(300 + count++);
    return perSecond(count, start);
  });

/** Messages that never reached the server, per disconnect, at 1,000 a second through resets. */
export const lossPerDisconnect = async (kind: Kind): Promise<number> => {
  const cuts = 10;
  const server = await startServer(kind);
  const proxy = await createChaosProxy({ target: { port: server.port } });
  const speaker = await createSpeaker(kind, proxy.port);
  let sent = 0;
  const sending = setInterval(() => {
    for (let burst = 0; burst < 10; burst++) void speaker.say(++sent);
  }, 10);
  for (let cut = 0; cut < cuts; cut++) {
    await sleep(300);
    proxy.reset();
  }
  await sleep(1_000);
  clearInterval(sending);
  await sleep(1_500);
  const stored = await server.stored();
  await speaker.close();
  await proxy.close();
  await server.stop();
  return (sent - stored) / cuts;
};
