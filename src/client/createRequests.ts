import { ResilientSocketError } from "../core/errors.ts";
import type { Clock } from "../core/ports.ts";
import type { Settlement } from "../core/settlement.ts";
import type { ReceiptHandle } from "./createReceipt.ts";
import type { Reply } from "./reply.ts";
import type { ResilientClient } from "./ResilientClient.ts";
import type { SendOptions } from "./sendOptions.ts";

export interface RequestsHost {
  readonly clock: Pick<Clock, "nowMs">;
  readonly send: (payload: unknown, options: SendOptions) => ReceiptHandle;
  /** Why nothing may be asked now. */
  readonly refusal: () => ResilientSocketError | undefined;
  /** Something must be looked at again at this time. */
  readonly dueIn: (delayMs: number) => void;
}

export interface Requests {
  readonly request: ResilientClient["request"];
  /** What waits for a reply ends with this. */
  readonly ended: (error: ResilientSocketError) => void;
  /** Ends what waited too long; ms until the next is due, Infinity without one. */
  readonly expire: () => number;
}

const replyOf = ({ id, reply }: ReceiptHandle, settlement: Settlement): Reply => {
  if (!reply) throw new ResilientSocketError("REPLY_GONE", "sent, but no reply is known", settlement);
  const { data } = reply;
  if (data === "REPLY_TOO_LARGE")
    throw new ResilientSocketError(data, "acknowledged, but the reply was over 1 KiB", settlement);
  return { data, id, seq: "seq" in settlement ? settlement.seq : undefined };
};

/** Sends that are waited for until their reply is there. */
export const createRequests = ({ clock, send, refusal, dueIn }: RequestsHost): Requests => {
  /** Who waits, and until when. */
  const waiting = new Map<(error: ResilientSocketError) => void, number>();
  const ask = (payload: unknown, timeoutMs: number, options: SendOptions): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const receipt = send(payload, options);
      waiting.set(reject, clock.nowMs() + timeoutMs);
      dueIn(timeoutMs);
      void receipt
        .orThrow()
        .then((settlement) => resolve(replyOf(receipt, settlement)))
        .catch(reject)
        .then(() => waiting.delete(reject));
    });

  return {
    request: async <T>(
      payload: unknown,
      { timeoutMs = 30_000, ...options }: Parameters<ResilientClient["request"]>[1] = {},
    ) => {
      const error =
        refusal() ??
        // The negation also refuses NaN.
        (!(timeoutMs > 0) && new ResilientSocketError("INVALID_OPTION", "timeoutMs must be above 0"));
      if (error) throw error;
      return (await ask(payload, timeoutMs, options)) as Reply<T>;
    },
    ended: (error) => {
      for (const reject of waiting.keys()) reject(error);
      waiting.clear();
    },
    expire: () => {
      let dueMs = Infinity;
      for (const [reject, dueAtMs] of waiting) {
        const leftMs = dueAtMs - clock.nowMs();
        if (leftMs > 0) dueMs = Math.min(dueMs, leftMs);
        else {
          waiting.delete(reject);
          reject(new ResilientSocketError("REPLY_TIMEOUT", "no reply came in time"));
        }
      }
      return dueMs;
    },
  };
};
