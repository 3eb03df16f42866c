import { utf8Bytes } from "../core/utf8Bytes.ts";
import type { PubItem } from "../protocol/frames.ts";
import { findUnsafe } from "./findUnsafe.ts";
import { isPromise } from "./isPromise.ts";
import type { ResolvedLimits } from "./limits.ts";
import type { MessageContext } from "./inboundMessage.ts";
import type { ResilientServerOptions } from "./options.ts";
import type { Rights } from "./rights.ts";
import type { AppendItem } from "./store/LogStore.ts";

/** How the app judged one number: an item for the append, or a wish to be asked again. */
export type Judgement = { readonly item: AppendItem } | { readonly retry: string; readonly cause: unknown };

export interface JudgeRequest {
  readonly channel: string;
  readonly subject: string;
  readonly n: number;
  readonly message: PubItem;
}

export type Judge = (request: JudgeRequest) => Judgement | Promise<Judgement>;

/** A verdict on its way out of a handler. */
class Rejection extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

const MAX_REPLY_BYTES = 1024;

/** Of a payload as received: what `onMessage` made of it may differ from run to run. Equal payloads only have equal hashes. */
export type HashPayload = (payload: unknown) => string;

export interface JudgeOptions extends Pick<ResilientServerOptions, "onMessage"> {
  readonly rights: Rights;
  readonly limits: Pick<ResolvedLimits, "maxDepth" | "maxKeys">;
  readonly hashOf: HashPayload;
}

/** Asks for the right to write and `onMessage`. Costs no promise when both are absent or answer synchronously. */
export function createJudge({ rights, onMessage, limits, hashOf }: JudgeOptions): Judge {
  return (request) => {
    const { message, n } = request;
    const re = message.re && { re: message.re, ...(message.old && { old: true }) };
    if (message.void) return { item: { kind: "void", n, ...re } };
    const unsafe = findUnsafe(message.d, limits);
    if (unsafe) return rejected(request, unsafe);
    try {
      const allowed = rights.may(request.subject, "write", request.channel);
      if (isPromise(allowed))
        return allowed.then(
          (yes) => admit(request, yes),
          (error) => failed(request, error),
        );
      return admit(request, allowed);
    } catch (error) {
      return failed(request, error);
    }
  };

  function admit(request: JudgeRequest, allowed: boolean): Judgement | Promise<Judgement> {
    if (!allowed) return rejected(request, "FORBIDDEN");
    if (!onMessage) return accepted(request, request.message.d, undefined);
    const replies: unknown[] = [];
    const { channel, subject, message } = request;
    try {
      const kept = onMessage({ channel, payload: message.d, id: message.id, subject }, contextOf(replies));
      if (!isPromise(kept)) return accepted(request, kept, replies);
      return Promise.resolve(kept)
        .then((d) => accepted(request, d, replies))
        .catch((error: unknown) => failed(request, error));
    } catch (error) {
      return failed(request, error);
    }
  }

  function accepted(
    { message, n }: JudgeRequest,
    kept: unknown,
    replies: readonly unknown[] | undefined,
  ): Judgement {
    // A handler that returns nothing keeps the payload: storing null instead would lose it.
    const d = JSON.stringify(kept === undefined ? message.d : kept) as string | undefined;
    const reply = replies?.length ? (JSON.stringify(replies[0]) as string | undefined) : undefined;
    return {
      item: {
        kind: "message",
        n,
        id: message.id,
        d: d ?? "null",
        ...(message.key && { keyHash: hashOf(message.d) }),
        ...(message.re && { re: message.re }),
        ...(message.old && { old: true }),
        ...(message.expected && { expected: message.expected }),
        ...(reply !== undefined && {
          reply: utf8Bytes(reply) <= MAX_REPLY_BYTES ? reply : '"REPLY_TOO_LARGE"',
        }),
      },
    };
  }
}

const contextOf = (replies: unknown[]): MessageContext => ({
  reject: (code) => {
    throw new Rejection(code);
  },
  reply: (value) => void replies.splice(0, 1, value),
});

function rejected({ message, n }: JudgeRequest, code: string): Judgement {
  const re = message.re && { re: message.re, ...(message.old && { old: true }) };
  return { item: { kind: "reject", n, code: /^[A-Z0-9_]{1,32}$/.test(code) ? code : "REJECTED", ...re } };
}

/** A `reject` is a verdict; anything else thrown is the app's failure, and the message is tried again. */
function failed(request: JudgeRequest, error: unknown): Judgement {
  return error instanceof Rejection
    ? rejected(request, error.code)
    : { retry: "HANDLER_FAILED", cause: error };
}
