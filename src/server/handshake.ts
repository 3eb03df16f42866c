import * as closeCodes from "../protocol/closeCodes.ts";
import type { ClientFrame, FrameOf } from "../protocol/frames.ts";
import type { Place, ServerContext } from "./context.ts";
import type { FenceHolder } from "./fence.ts";
import type { HandshakeRequest, Identity } from "./access.ts";
import { draining, internal, type Refusal, unauthorised } from "./refusal.ts";
import { describeError } from "../core/describeError.ts";

export type AuthFrame = FrameOf<"auth", ClientFrame>;

/** The gates before anything is read: a place for a socket of this address, or why it is turned away. */
export function arrive(
  { admission, isLeaving }: Pick<ServerContext, "admission" | "isLeaving">,
  address: string,
): Place | Refusal {
  return isLeaving() ? draining : admission.knock(address);
}

/** The token's answer: an identity, or why not. Never rejects; what `authenticate` threw goes to the log only. */
export async function authenticate(
  { options, ready, log }: Pick<ServerContext, "options" | "ready" | "log">,
  token: string | null,
  request: HandshakeRequest,
): Promise<Identity | Refusal> {
  try {
    await ready();
  } catch (error) {
    log("error", "STORE_UNAVAILABLE", { during: "open", error: describeError(error) });
    return internal("STORE_UNAVAILABLE");
  }
  try {
    const identity = await options.authenticate(token, request);
    if (identity !== null && typeof identity.subject === "string" && identity.subject !== "") {
      if (!isInstant(identity.expiresAt)) throw new TypeError("expiresAt is no instant");
      return identity;
    }
    return unauthorised;
  } catch (error) {
    log("error", "AUTHENTICATE_FAILED", { error: describeError(error) });
    return { code: "AUTH_UNAVAILABLE", close: closeCodes.internal, retriable: true };
  }
}

/** A NaN would never expire, and be looked at again without a pause. */
const isInstant = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === "number" && !Number.isNaN(value));

/** The gates between a known subject and a session: the fence of its tabs, then the count of its connections. */
export function admit(
  { fence, admission }: Pick<ServerContext, "fence" | "admission">,
  { subject }: Identity,
  { group, term }: AuthFrame,
  holder: FenceHolder,
): (() => void) | Refusal {
  // Claiming first replaces the group's older socket, so that it does not count against its own successor.
  const answer = fence.claim(subject, group, term, holder);
  if (!answer.accepted)
    return { code: answer.code, close: closeCodes.superseded, retriable: true, ref: String(answer.known) };
  const leave = admission.enter(subject);
  if (typeof leave !== "function") {
    fence.release(subject, group, holder);
    return leave;
  }
  return () => {
    fence.release(subject, group, holder);
    leave();
  };
}
