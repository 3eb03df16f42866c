import { ResilientSocketError } from "../core/errors.ts";
import type { Backlog } from "./backlog.ts";
import type { Message } from "./message.ts";
import type { BacklogOptions, MessagesOptions } from "./ResilientClient.ts";

interface Waiting {
  readonly resolve: (result: IteratorResult<Message, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

const done = { done: true, value: undefined } as const;

/** One run over a channel's messages; holds its subscription until it ends. */
export const iterate = (
  open: (ready: () => void, options: BacklogOptions) => Backlog,
  { signal, onContinuity, ...options }: MessagesOptions,
): AsyncIterator<Message, undefined> => {
  const waiting: Waiting[] = [];
  let over = !!signal?.aborted;
  let refusal: ResilientSocketError | undefined;

  /** What a continuity handler calls waits for the end of this turn. */
  let serving = false;
  const close = (): void => {
    over = true;
    backlog.stop();
    signal?.removeEventListener("abort", end);
  };
  const serve = (): void => {
    if (serving) return;
    serving = true;
    while (waiting.length) {
      const [value] = over ? [] : backlog.take(1);
      if (!value && !over && !backlog.ended()) break;
      const next = waiting.shift();
      if (value) {
        next?.resolve({ done: false, value });
        continue;
      }
      close();
      if (refusal) next?.reject(refusal);
      else next?.resolve(done);
      refusal = undefined;
    }
    serving = false;
  };
  const end = (): void => {
    close();
    serve();
  };
  const backlog = open(serve, {
    ...options,
    onContinuity: (continuity) => {
      const { channel, result, reason } = continuity;
      if (result === "denied") {
        const code = reason === "INVALID_NAME" ? reason : "FORBIDDEN";
        refusal = new ResilientSocketError(code, `${channel} may not be read`);
        end();
      }
      onContinuity?.(continuity);
    },
  });
  if (over) end();
  else signal?.addEventListener("abort", end);

  return {
    next: () =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        serve();
      }),
    return: async () => {
      end();
      return done;
    },
    throw: async (error) => {
      end();
      throw error;
    },
  };
};
