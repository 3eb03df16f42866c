import { utf8Bytes } from "../core/utf8Bytes.ts";
import * as closeCodes from "../protocol/closeCodes.ts";
import { decodeClientFrame } from "../protocol/decodeClientFrame.ts";
import type { ClientFrame } from "../protocol/frames.ts";
import { MAX_BYTES_BEFORE_AUTH } from "../protocol/limits.ts";
import { PROTOCOL_VERSION } from "../protocol/version.ts";
import { metricNames } from "../telemetry/metricNames.ts";
import { contain } from "./contain.ts";
import { createDisposal } from "./disposal.ts";
import { admit, type AuthFrame, authenticate, type Refusal } from "./handshake.ts";
import { helloFrame } from "./helloFrame.ts";
import type { HandshakeRequest, Identity, ServerSocket, ServerSocketEvents } from "./options.ts";
import { createOutbound } from "./outbound.ts";
import { createSession, type Session, type SessionContext } from "./session.ts";
import { describeError } from "./describeError.ts";

export interface Connection extends ServerSocketEvents {
  /** The server ends it. */
  readonly end: (code: number, reason: string) => void;
}

type Phase =
  | { readonly name: "knocking" }
  | {
      readonly name: "authenticating";
      readonly waiting: { readonly frame: ClientFrame; readonly bytes: number }[];
    }
  | { readonly name: "open"; readonly session: Session }
  | { readonly name: "closed" };

/** Time a peer gets to answer a close before it is cut. */
const CLOSE_PATIENCE_MS = 5000;

/** One socket from accept to close. Whatever it sends, nothing thrown leaves this file. */
export function createConnection(
  context: SessionContext,
  socket: ServerSocket,
  request: HandshakeRequest,
): Connection {
  const { clock, limits, metrics, log, dice } = context;
  const cid = dice.uuid();
  const disposal = createDisposal((error) => {
    metrics.count(metricNames.cleanupErrors);
    log("error", "CLEANUP_FAILED", { cid, error: describeError(error) });
  });
  let phase: Phase = { name: "knocking" };
  let bytesBeforeAuth = 0;
  let peerVersion = PROTOCOL_VERSION;
  let isRenewing = false;
  let closedWith: number | undefined;

  const outbound = createOutbound({
    socket,
    clock,
    maxBufferedBytes: limits.maxBufferedBytes,
    onSlow: () => refuse({ code: "SLOW_CONSUMER", close: closeCodes.busy, retriable: true }),
    onBroken: () => close(closeCodes.internal, "send failed"),
  });

  const failed = (error: unknown) => {
    log("error", "INTERNAL", { cid, error: describeError(error) });
    refuse({ code: "INTERNAL", close: closeCodes.internal, retriable: true });
  };
  const eventually = <T>(answer: Promise<T>, then: (value: T) => void) =>
    void answer.then(then).catch(failed);

  const refuse = ({ close: code, ...error }: Refusal & { readonly status?: number }) => {
    if (phase.name === "closed") return;
    metrics.count(metricNames.framesRejected, 1, error.code);
    outbound.send({ t: "error", ...error });
    close(code, error.code);
  };

  function close(code: number, reason: string): void {
    if (phase.name === "closed") return;
    phase = { name: "closed" };
    closedWith = code;
    log("debug", "CLOSED", { cid, code, reason });
    outbound.flush();
    disposal.run();
    try {
      socket.close(code, reason.slice(0, 100));
    } catch (error) {
      log("warn", "CLOSE_FAILED", { cid, error: describeError(error) });
    }
    cancelCut = clock.after(CLOSE_PATIENCE_MS, () => socket.terminate());
  }
  let cancelCut = () => {};

  function heard(data: string | Uint8Array): void {
    if (phase.name === "closed") return;
    if (typeof data !== "string") return refuse(protocolError("BINARY"));
    if (isTooLong(data, limits.maxFrameBytes))
      return refuse({ code: "TOO_LARGE", close: closeCodes.tooLarge, retriable: true });
    if (phase.name !== "open") {
      bytesBeforeAuth += utf8Bytes(data);
      if (bytesBeforeAuth > MAX_BYTES_BEFORE_AUTH) return refuse(protocolError("PRE_AUTH_LIMIT"));
    }
    const decoded = decodeClientFrame(data);
    if (!decoded.ok)
      return refuse(
        decoded.code === "INVALID_SEQ" ? invalidSeq(decoded.ref) : protocolError(decoded.code, decoded.ref),
      );
    for (const frame of decoded.frames) handle(frame, data.length / decoded.frames.length);
    if (decoded.unknown.length > 0) ignoreOrRefuse(decoded.unknown);
  }

  /** A newer peer may say what we do not know yet; an equal one made a mistake. */
  function ignoreOrRefuse(types: readonly string[]): void {
    metrics.count(metricNames.framesUnknown, types.length);
    if (peerVersion <= PROTOCOL_VERSION)
      refuse(protocolError("UNKNOWN_FRAME", types[0]?.replace(/[^\w-]/g, "?") ?? ""));
  }

  function handle(frame: ClientFrame, bytes: number): void {
    switch (phase.name) {
      case "knocking":
        return frame.t === "auth" ? knock(frame) : refuse(protocolError("AUTH_REQUIRED", frame.t));
      case "authenticating":
        return void phase.waiting.push({ frame, bytes });
      case "open":
        return frame.t === "auth" ? renew(phase.session, frame) : phase.session.handle(frame, bytes);
      case "closed":
        return;
      default:
        phase satisfies never;
    }
  }

  function knock(frame: AuthFrame): void {
    const mine: Phase = { name: "authenticating", waiting: [] };
    phase = mine;
    peerVersion = frame.v ?? PROTOCOL_VERSION;
    eventually(authenticate(context, frame.token, request), (answer) => {
      if (phase !== mine) return;
      if ("close" in answer) return denied(answer);
      const leave = admit(context, answer, frame, { supersede: superseded });
      if (typeof leave !== "function") return denied(leave);
      disposal.add(leave);
      open(answer, mine.waiting);
    });
  }

  function denied(refusal: Refusal): void {
    metrics.count(metricNames.handshakes, 1, refusal.code);
    refuse(refusal);
  }

  function superseded(byTerm: number): void {
    refuse({ code: "SUPERSEDED", close: closeCodes.superseded, retriable: true, ref: String(byTerm) });
  }

  function open(
    identity: Identity,
    waiting: readonly { readonly frame: ClientFrame; readonly bytes: number }[],
  ): void {
    metrics.count(metricNames.handshakes, 1, "accepted");
    cancelDeadline();
    release();
    const session = createSession({ context, cid, identity, outbound, refuse, close, failed });
    // Stops it at once when the session ended the connection while it was made: its token had expired.
    disposal.add(session.stop);
    if (phase.name === "closed") return;
    phase = { name: "open", session };
    outbound.send({ t: "authed", subject: identity.subject, exp: identity.expiresAt ?? null });
    for (const { frame, bytes } of waiting) handle(frame, bytes);
  }

  /** A fresh token in band. It must speak for the same subject. */
  function renew(session: Session, frame: AuthFrame): void {
    if (isRenewing) return;
    isRenewing = true;
    eventually(authenticate(context, frame.token, request), (answer) => {
      isRenewing = false;
      if (phase.name !== "open") return;
      if ("close" in answer) return denied(answer);
      if (answer.subject !== session.subject)
        return denied({ code: "SUBJECT_CHANGED", close: closeCodes.unauthorised, retriable: false });
      session.renew(answer);
      outbound.send({ t: "authed", subject: answer.subject, exp: answer.expiresAt ?? null });
    });
  }

  const place = context.admission.knock(request.remoteAddress);
  const release = place ?? (() => {});
  const cancelDeadline = clock.after(limits.authTimeoutMs, () =>
    refuse({ code: "AUTH_TIMEOUT", close: closeCodes.authTimeout, retriable: true }),
  );
  disposal.add(cancelDeadline);
  disposal.add(release);
  disposal.add(outbound.stop);
  // Even a refusal starts with hello: without one the client takes us for a server of another protocol.
  outbound.send(helloFrame(context));
  if (!place) refuse({ code: "TOO_MANY_PENDING", close: closeCodes.connectionLimit, retriable: true });

  return {
    received: (data) =>
      contain(() => {
        if (phase.name === "open") phase.session.heard();
        heard(data);
      }, failed),
    end: close,
    closed: () => {
      metrics.count(metricNames.disconnects, 1, String(closedWith ?? "peer"));
      phase = { name: "closed" };
      cancelCut();
      disposal.run();
    },
  };
}

const protocolError = (code: string, ref = ""): Refusal => ({
  code,
  close: closeCodes.protocol,
  retriable: false,
  ...(ref !== "" && { ref }),
});

const invalidSeq = (ref: string): Refusal & { readonly status: number } => ({
  code: "INVALID_SEQ",
  status: 400,
  close: closeCodes.invalidSeq,
  retriable: true,
  ref,
});

/** UTF-8 bytes, counted only when the text could exceed the limit at all. */
const isTooLong = (text: string, maxBytes: number): boolean =>
  text.length > maxBytes || (text.length * 3 > maxBytes && utf8Bytes(text) > maxBytes);
