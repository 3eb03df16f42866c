import type { Readable, Writable } from "node:stream";

export interface DevToolsEvent {
  readonly method: string;
  readonly params: unknown;
  /** Of the target that it happened in; absent: of the browser. */
  readonly sessionId?: string;
}

/** The DevTools protocol as it is on the wire. https://chromedevtools.github.io/devtools-protocol/ */
export interface DevTools {
  /** Rejects with what the browser said, or when it is gone. */
  readonly command: <T = object>(method: string, params?: object, sessionId?: string) => Promise<T>;
  /** Returns the removal. */
  readonly listen: (hear: (event: DevToolsEvent) => void) => () => void;
}

/** A test that hangs would not say where. */
export const answerWithinMs = 60_000;

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}
type Settle = (answer: Omit<Answer, "id">) => void;

/** Over the two pipes of `--remote-debugging-pipe`: messages end in NUL. A browser whose pipe closes ends, so none outlives its test. */
export const createDevTools = (up: Writable, down: Readable): DevTools => {
  const waiting = new Map<number, Settle>();
  const listeners = new Set<(event: DevToolsEvent) => void>();
  let lastId = 0;
  let rest = "";
  let isGone = false;

  const receive = (message: Answer | DevToolsEvent): void => {
    if ("method" in message) return [...listeners].forEach((hear) => hear(message));
    waiting.get(message.id)?.(message);
    waiting.delete(message.id);
  };
  const end = (): void => {
    isGone = true;
    for (const settle of waiting.values()) settle({ error: { message: "the browser is gone" } });
    waiting.clear();
  };
  down.setEncoding("utf8");
  down.on("data", (chunk: string) => {
    const texts = (rest + chunk).split("\0");
    rest = texts.pop() ?? "";
    for (const text of texts) receive(JSON.parse(text) as Answer | DevToolsEvent);
  });
  down.on("close", end);
  // A write after the end of the browser is told by `close`.
  up.on("error", end);
  down.on("error", end);

  return {
    command: <T>(method: string, params: object = {}, sessionId?: string): Promise<T> =>
      new Promise<T>((resolve, reject) => {
        if (isGone) return reject(new Error(`${method}: the browser is gone`));
        const id = ++lastId;
        const deadline = setTimeout(() => reject(new Error(`${method}: no answer`)), answerWithinMs);
        waiting.set(id, ({ result, error }) => {
          clearTimeout(deadline);
          if (error) reject(new Error(`${method}: ${error.message}`));
          else resolve(result as T);
        });
        up.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
      }),
    listen: (hear) => {
      listeners.add(hear);
      return () => void listeners.delete(hear);
    },
  };
};
