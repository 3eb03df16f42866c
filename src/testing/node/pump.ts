import type { Socket } from "node:net";

/** What the proxy does to the bytes of one direction; read anew for every chunk. */
export interface Weather {
  readonly delayMs: number;
  /** Bytes per write; null: as they come. */
  readonly sliceBytes: number | null;
  readonly bytesPerSecond: number | null;
  /** `performance.now()` until which nothing passes. */
  readonly holeUntil: number;
}

const highWaterBytes = 1_048_576;
const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

const slices = (chunk: Buffer, bytes: number | null): readonly Buffer[] => {
  if (bytes === null || chunk.length <= bytes) return [chunk];
  return Array.from({ length: Math.ceil(chunk.length / bytes) }, (_, i) =>
    chunk.subarray(i * bytes, (i + 1) * bytes),
  );
};

/** Carries bytes from one socket to the other through the weather, in order; a full queue stops reading. */
export const pump = (
  from: Socket,
  to: Socket,
  weather: () => Weather,
  passed: (bytes: number) => void,
): void => {
  const queue: { readonly chunk: Buffer; readonly at: number }[] = [];
  let queuedBytes = 0;
  let ended = false;
  let running = false;

  const passWeather = async (at: number): Promise<void> => {
    for (;;) {
      const { delayMs, holeUntil } = weather();
      const waitMs = Math.max(at + delayMs, holeUntil) - performance.now();
      if (waitMs <= 0 || to.destroyed) return;
      await sleep(waitMs);
    }
  };

  const write = async (chunk: Buffer): Promise<void> => {
    const { sliceBytes, bytesPerSecond } = weather();
    for (const slice of slices(chunk, sliceBytes)) {
      if (to.destroyed) return;
      if (!to.write(slice)) await new Promise<void>((done) => to.once("drain", done).once("close", done));
      passed(slice.length);
      if (bytesPerSecond !== null) await sleep((slice.length * 1_000) / bytesPerSecond);
      else if (sliceBytes !== null) await turn();
    }
  };

  const run = async (): Promise<void> => {
    if (running) return;
    running = true;
    for (let next = queue.shift(); next; next = queue.shift()) {
      await passWeather(next.at);
      await write(next.chunk);
      queuedBytes -= next.chunk.length;
      if (queuedBytes < highWaterBytes) from.resume();
    }
    running = false;
    if (ended) to.end();
  };

  from.on("data", (chunk: Buffer) => {
    queue.push({ chunk, at: performance.now() });
    queuedBytes += chunk.length;
    if (queuedBytes >= highWaterBytes) from.pause();
    void run();
  });
  from.on("end", () => {
    ended = true;
    void run();
  });
};
