import { utf8Bytes } from "../core/utf8Bytes.ts";
import * as closeCodes from "../protocol/closeCodes.ts";
import type { ClientFrame, FrameOf, ServerFrame } from "../protocol/frames.ts";
import { MAX_BYTES_BEFORE_AUTH } from "../protocol/limits.ts";
import { PROTOCOL_VERSION } from "../protocol/version.ts";
import { metricNames } from "../telemetry/metricNames.ts";
import { contain } from "./contain.ts";
import { createDisposal } from "./disposal.ts";
import { createClosing } from "./closing.ts";
import { admit, arrive, type AuthFrame, authenticate } from "./handshake.ts";
import { helloFrame } from "./helloFrame.ts";
import type { HandshakeRequest, Identity } from "./access.ts";
import type { ServerSocket, ServerSocketEvents } from "./serverSocket.ts";
import { createOutbound } from "./outbound.ts";
import { framesOf, textOf } from "./readMessage.ts";
import { busy, draining, internal, protocolError, type Refusal, unauthorised } from "./refusal.ts";
import { createSession, type Session, type SessionContext } from "./session.ts";
import { describeError } from "../core/describeError.ts";

export interface Connection extends ServerSocketEvents {
  /** The server ends it. */
  readonly end: (code: number, reason: string) => void;
  /** Asks the client to leave at a moment of its own; one that is not logged in yet has nothing to finish and is refused. */
  readonly askToLeave: (frame: FrameOf<"goaway", ServerFrame>) => void;
  /** Reads nothing more from it; what was accepted is still answered. */
  readonly stopReading: () => void;
  /** Everything that was accepted is answered. */
  readonly isIdle: () => boolean;
  /** Ends it as drained. */
  readonly dismiss: () => void;
  /** Ends it if it is the subject's, and has a login that is under way asked again. Answers whether it ended. */
  readonly revoke: (subject: string) => boolean;
}

type Phase =
  | { readonly name: "knocking" }
  | {
      readonly name: "authenticating";
      readonly waiting: { readonly frame: ClientFrame; readonly bytes: number }[];
    }
  | { readonly name: "open"; readonly session: Session }
  | { readonly name: "closed" };

/** A revoked peer that does not answer the close is gone within a second. */
const REVOKED_PATIENCE_MS = 1000;

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
  let authAtMs = 0;
  let isReading = true;
  /** Who was logged out while the app looked at a token: its answer may be older than that. */
  const revoked = new Set<string>();
  const closing = createClosing({ socket, clock, log, cid });

  const outbound = createOutbound({
    socket,
    clock,
    maxBufferedBytes: limits.maxBufferedBytes,
    onSlow: (cause) => {
      // The last words of a close are seen to be too many, too.
      if (phase.name === "closed") return;
      metrics.count(metricNames.slowConsumers, 1, cause);
      refuse(busy("SLOW_CONSUMER"));
    },
    onBroken: () => close(closeCodes.internal, "send failed"),
  });

  const failed = (error: unknown) => {
    log("error", "INTERNAL", { cid, error: describeError(error) });
    refuse(internal("INTERNAL"));
  };
  const eventually = <T>(answer: Promise<T>, then: (value: T) => void) =>
    void answer.then(then).catch(failed);

  const refuse = ({ close: code, ...error }: Refusal, patienceMs?: number) => {
    if (phase.name === "closed") return;
    metrics.count(metricNames.framesRejected, 1, error.code);
    outbound.send({ t: "error", ...error });
    close(code, error.code, patienceMs);
  };

  function close(code: number, reason: string, patienceMs?: number): void {
    if (phase.name === "closed") return;
    phase = { name: "closed" };
    outbound.flush();
    disposal.run();
    closing.begin(code, reason, patienceMs);
  }

  function heard(data: string | Uint8Array): void {
    if (phase.name === "closed" || !isReading) return;
    const text = textOf(data, limits.maxFrameBytes);
    if (typeof text !== "string") return refuse(text);
    if (phase.name !== "open") {
      bytesBeforeAuth += utf8Bytes(text);
      if (bytesBeforeAuth > MAX_BYTES_BEFORE_AUTH) return refuse(protocolError("PRE_AUTH_LIMIT"));
    }
    const said = framesOf(text);
    if ("close" in said) return refuse(said);
    for (const frame of said.frames) handle(frame, text.length / said.frames.length);
    if (said.unknown.length > 0) ignoreOrRefuse(said.unknown);
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
        if (phase.session.isTooFast(frame, bytes)) return;
        return frame.t === "auth" ? renew(phase.session, frame) : phase.session.handle(frame, bytes);
      case "closed":
        return;
      default:
        phase satisfies never;
    }
  }

  function knock(frame: AuthFrame): void {
    phase = { name: "authenticating", waiting: [] };
    peerVersion = frame.v ?? PROTOCOL_VERSION;
    authAtMs = clock.nowMs();
    identify(phase, frame);
  }

  function identify(mine: Extract<Phase, { name: "authenticating" }>, frame: AuthFrame): void {
    revoked.clear();
    eventually(authenticate(context, frame.token, request), (answer) => {
      if (phase !== mine) return;
      if ("close" in answer) return denied(answer);
      if (revoked.has(answer.subject)) return identify(mine, frame);
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
    if ("known" in place) place.known();
    const session = createSession({ context, cid, identity, authAtMs, outbound, refuse, close, failed });
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

  const place = arrive(context, request.remoteAddress);
  const cancelDeadline = clock.after(limits.authTimeoutMs, () =>
    refuse({ code: "AUTH_TIMEOUT", close: closeCodes.authTimeout, retriable: true }),
  );
  disposal.add(cancelDeadline);
  disposal.add(outbound.stop);
  disposal.add(metrics.part(metricNames.sendBuffer, socket.bufferedBytes));
  disposal.add(metrics.part(metricNames.congested, () => Number(outbound.isCongested())));
  // Even a refusal starts with hello: without one the client takes us for a server of another protocol.
  outbound.send(helloFrame(context));
  if ("left" in place) for (const release of [place.known, place.left]) disposal.add(release);
  else refuse(place);

  return {
    received: (data) =>
      contain(() => {
        if (phase.name === "open") phase.session.heard();
        heard(data);
      }, failed),
    end: close,
    askToLeave: (frame) => {
      if (phase.name === "open") outbound.send(frame);
      else refuse(draining);
    },
    stopReading: () => {
      isReading = false;
    },
    isIdle: () => phase.name !== "open" || phase.session.isIdle(),
    dismiss: () => refuse(draining),
    revoke: (subject) => {
      if (phase.name === "authenticating") revoked.add(subject);
      if (phase.name !== "open" || phase.session.subject !== subject) return false;
      refuse(unauthorised, REVOKED_PATIENCE_MS);
      return true;
    },
    closed: () => {
      metrics.count(metricNames.disconnects, 1, String(closing.code() ?? "peer"));
      phase = { name: "closed" };
      closing.ended();
      disposal.run();
    },
  };
}
