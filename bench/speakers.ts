import { createResilientClient } from "../src/client/createResilientClient.ts";
import type { Kind } from "./startServer.ts";

/** Somebody who sends numbered messages and hears of each when the server has it. Both kinds use the same WebSocket of Node. */
export interface Speaker {
  /** Sends at once or queues; resolves when the server answered. */
  readonly say: (id: number) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

const text = "x".repeat(100);
/** A bare WebSocket that reconnects waits this long, in ms. */
const retryMs = 100;

/** Reconnects, and drops what is said in between, as most hand-written wrappers do. */
const bareSpeaker = async (url: string): Promise<Speaker> => {
  const waiting = new Map<number, () => void>();
  let isClosed = false;
  let socket: WebSocket;
  const dial = (): void => {
    socket = new WebSocket(url);
    socket.onmessage = ({ data }) => {
      const { id } = JSON.parse(data as string) as { id: number };
      waiting.get(id)?.();
      waiting.delete(id);
    };
    socket.onclose = () => {
      if (!isClosed) setTimeout(dial, retryMs);
    };
    socket.onerror = () => undefined;
  };
  dial();
  await new Promise((done) => socket.addEventListener("open", done, { once: true }));
  return {
    say: (id) =>
      new Promise<void>((done) => {
        if (socket.readyState !== WebSocket.OPEN) return;
        waiting.set(id, done);
        socket.send(JSON.stringify({ id, text }));
      }),
    close: async () => {
      isClosed = true;
      socket.close();
    },
  };
};

const ourSpeaker = async (url: string): Promise<Speaker> => {
  const client = createResilientClient({ url, outbox: { capacity: 100_000, maxBytes: 64 * 1_048_576 } });
  const connected = new Promise<void>((done) => {
    client.state.subscribe(() => {
      if (client.state.get().name === "connected") done();
    });
  });
  client.connect();
  await connected;
  return { say: (id) => client.send({ id, text }).orThrow(), close: client.dispose };
};

export const createSpeaker = (kind: Kind, port: number): Promise<Speaker> =>
  (kind === "bare" ? bareSpeaker : ourSpeaker)(`ws://127.0.0.1:${port}/ws`);
