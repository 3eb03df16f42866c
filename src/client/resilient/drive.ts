/** The way of one socket from open to welcome, and what the server says about the connection itself. PROTOCOL.md §3. */
import * as closeCodes from "../../protocol/closeCodes.ts";
import { decodeServerFrames } from "../../protocol/decodeServerFrame.ts";
import type { FrameOf, ServerFrame } from "../../protocol/frames.ts";
import { MAX_BYTES_BEFORE_AUTH, MAX_CHUNK_BYTES, MIN_CHUNK_BYTES } from "../../protocol/limits.ts";
import { PROTOCOL_VERSION } from "../../protocol/version.ts";
import type { FailedRecovery, ReconnectReason } from "../../core/connectionState.ts";
import { describeError } from "../../core/describeError.ts";
import type { ErrorCode } from "../../core/errors.ts";
import { utf8Bytes } from "../../core/utf8Bytes.ts";
import type { FetchToken } from "../options.ts";
import type { Driver } from "../driver.ts";
import type { ProtocolHost } from "../protocol.ts";
import { createPulse } from "./pulse.ts";
import { createReport } from "./report.ts";
import { createSession } from "./createSession.ts";
import type { Hearing, Session } from "./session.ts";
import { channelText, pack, text, type Wire } from "./wire.ts";

/** What `resilientProtocol` is given: who speaks, and how old a message may be and how long an answer may take, in ms. */
export interface ResilientOptions {
  /** Omitted: `null` is sent, cookies speak. */
  readonly auth?: FetchToken | undefined;
  readonly maxAgeMs?: number | undefined;
  readonly ackTimeoutMs?: number | undefined;
}

type Phase =
  /** No socket, or one that has not greeted: nothing may be transmitted. `token`: it came before the greeting. */
  | { readonly name: "silent"; readonly token?: string | null }
  /** Greeted; the token is awaited, or `auth` and `resume` are under way. */
  | { readonly name: "greeted" }
  | { readonly name: "welcomed" };

/** What `auth` and `resume` have no room for before the server knows who speaks is asked after `welcome`. */
const resumeBytes = MAX_BYTES_BEFORE_AUTH - 1_024;

export const drive = (
  { auth, maxAgeMs = Infinity, ackTimeoutMs = 10_000 }: ResilientOptions,
  host: ProtocolHost,
): Driver => {
  const { dispatch, clock, dice } = host;
  const pulse = createPulse(clock);
  let phase: Phase = { name: "silent" };
  let group: string | undefined;
  let term = 0;
  let refresh = false;
  /** INVALID_SEQ in a row, without a connection in between. */
  let invalidSeqs = 0;
  /** What the server said last on this socket, when that was an error. */
  let retryAfterMs: number | undefined;
  let maxChunk = MAX_CHUNK_BYTES;
  /** The `scope` for which a token is being fetched. */
  let asking: AbortSignal | undefined;
  /** Of the tokens asked for: aborted when the socket is gone. */
  let scope: AbortController | undefined;
  /** Only to a server that greeted: what is left of a turn that a handler ended must not reach the next socket. */
  const transmit = (data: string): boolean => phase.name !== "silent" && host.transmit(data);
  const probe = (): void => {
    pulse.pinged();
    transmit('{"t":"ping"}');
  };
  const isOpen = (): boolean => phase.name === "welcomed" && ["resuming", "connected"].includes(host.state());
  const socket: Wire = {
    transmit,
    ask: (frame) => transmit(channelText(frame)),
    bufferedBytes: host.bufferedBytes,
    isOpen,
    probe,
  };
  const make = (wire: Wire): Session => createSession(host, wire, { maxAgeMs, ackTimeoutMs });
  const session = host.share?.(make, socket, host.queue.producers) ?? make(socket);
  const report = createReport(host, session.sample);

  const authFrame = (token: string | null): string =>
    text({ t: "auth", token, ...(host.fence?.() ?? { group: (group ??= dice.uuid() + dice.uuid()), term }) });

  const begin = (token: string | null): void => {
    const me = authFrame(token);
    let room = resumeBytes - utf8Bytes(me);
    const asks = session.resume((ask) => (room -= utf8Bytes(JSON.stringify(ask)) + 40) > 0);
    const smaller = maxChunk < MAX_CHUNK_BYTES && { maxChunk };
    transmit(pack([me, text({ t: "resume", ...asks, ...smaller, ...report.resume(room) })]));
  };

  const refuse = (error: ErrorCode, why: string, recovery: FailedRecovery): void =>
    dispatch({ type: "refused", error, text: why, recovery });
  const fail = (reason: ReconnectReason, code: number, error: ErrorCode, cause: unknown): void =>
    dispatch({ type: "attemptFailed", reason, code, error, text: describeError(cause) });

  const fetchToken = async (then: (token: string | null) => void): Promise<void> => {
    if (!auth) return then(null);
    // Of the socket, not of the state: a token asked for in `authenticating` may come in `connected`.
    const { signal } = (scope ??= new AbortController());
    // A server that says `reauth` all the time is no lever against the login.
    if (asking === signal) return;
    asking = signal;
    try {
      const answer = await auth({ signal, refresh });
      if (signal.aborted) return;
      refresh = false;
      if (answer && typeof answer.token !== "string")
        throw new TypeError("auth must answer { token } or null");
      if (answer) then(answer.token);
      else refuse("UNAUTHORISED", "nobody is signed in", "sign-in");
    } catch (cause) {
      if (!signal.aborted) fail("auth", closeCodes.normal, "AUTH_FAILED", cause);
    } finally {
      if (asking === signal) asking = undefined;
    }
  };

  const anomaly = (kind: string): void => host.emitter.emit("anomaly", { kind });

  const greet = (frame: ServerFrame | undefined): void => {
    if (frame?.t !== "hello")
      return refuse(
        "NOT_RESILIENT",
        "the server does not speak resilient.v1; for other servers use plainProtocol()",
        "manual",
      );
    if (frame.v !== PROTOCOL_VERSION)
      return refuse("VERSION_UNSUPPORTED", `the server speaks version ${frame.v}`, "update-app");
    const { token } = phase as { readonly token?: string | null };
    phase = { name: "greeted" };
    session.setLimits(frame.limits);
    pulse.set(frame);
    if (token !== undefined) begin(token);
  };

  const hear: Hearing = {
    ...session.hear,
    welcome: ({ spreadMs, channels }) => {
      if (phase.name === "welcomed") throw new SyntaxError("a second welcome");
      phase = { name: "welcomed" };
      report.welcomed();
      dispatch({ type: "welcomed", spreadMs });
      session.welcomed(channels);
    },
    ping: () => transmit(text({ t: "pong", ...(isOpen() && report.pong()) })),
    pong: pulse.ponged,
    reauth: () => {
      refresh = true;
      void fetchToken((fresh) => transmit(authFrame(fresh)));
    },
    goaway: ({ minMs, maxMs, to }) => {
      const site = to === undefined ? -1 : host.siteOf(to);
      // Only where the app itself would go.
      if (to !== undefined && site < 0) anomaly("foreign_goaway");
      dispatch({ type: "goawayReceived", minMs, maxMs, site });
    },
    error: (frame: FrameOf<"error">) => {
      if (frame.code !== "DENIED" && frame.code !== "LOST") ({ retryAfterMs } = frame);
      if (frame.code !== "INVALID_SEQ") session.hear.error?.(frame);
      else if (++invalidSeqs > 1) refuse("INVALID_SEQ", "the server refused a cursor twice", "manual");
      else session.discard(frame.ref ?? "");
    },
  };

  const mayFinish = (): void => {
    if (phase.name !== "welcomed" || host.state() !== "resuming" || !session.isDone()) return;
    invalidSeqs = 0;
    dispatch({ type: "resumed" });
    session.upkeep(pulse.rttMs());
  };

  return {
    ...session,
    probe,
    upkeep: () => session.upkeep(pulse.rttMs()),
    heartbeat: pulse.policy,
    rttMs: pulse.rttMs,
    opened: () => {
      phase = { name: "silent" };
      pulse.reset();
      retryAfterMs = undefined;
      term++;
      void fetchToken((token) => {
        if (phase.name === "silent") phase = { name: "silent", token };
        else begin(token);
      });
    },
    received: (data) => {
      const frames = typeof data === "string" ? decodeServerFrames(data) : null;
      if (phase.name === "silent") greet(frames?.[0]);
      // Asked anew after every step: a handler may end this socket, and what else it said is asked for again.
      const isHeard = (): boolean => phase.name !== "silent";
      if (!isHeard()) return;
      try {
        if (!frames) throw new SyntaxError("a frame has a wrong shape");
        for (const frame of frames) if (isHeard()) hear[frame.t]?.(frame as never);
      } catch (error) {
        anomaly("invalid_frame");
        return fail("closed", closeCodes.protocol, "INVALID_FRAME", error);
      }
      mayFinish();
      if (host.state() === "connected") session.pump();
    },
    closed: (code) => {
      // A link so slow that one message took longer than the heartbeat waits: smaller ones show that it lives.
      if (code === closeCodes.heartbeat && phase.name === "welcomed" && !session.isCaughtUp())
        maxChunk = Math.max(maxChunk / 2, MIN_CHUNK_BYTES);
      phase = { name: "silent" };
      report.closed();
      scope?.abort();
      scope = undefined;
      session.closed();
      if (code === closeCodes.tooLarge || code === 1009) session.tooLarge();
      if (code === closeCodes.tokenExpired || code === closeCodes.unauthorised) refresh = true;
      return { retryAfterMs };
    },
  };
};
