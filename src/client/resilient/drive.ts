import * as closeCodes from "../../protocol/closeCodes.ts";
import { decodeServerFrames } from "../../protocol/decodeServerFrame.ts";
import type { ChannelAsk, FrameOf, ProducerAsk, ServerFrame } from "../../protocol/frames.ts";
import { MAX_BYTES_BEFORE_AUTH, MAX_CHUNK_BYTES, MIN_CHUNK_BYTES } from "../../protocol/limits.ts";
import { PROTOCOL_VERSION } from "../../protocol/version.ts";
import type { FailedRecovery, ReconnectReason } from "../../core/connectionState.ts";
import type { ErrorCode } from "../../core/errors.ts";
import { utf8Bytes } from "../../core/utf8Bytes.ts";
import type { HeartbeatPolicy } from "../../core/machine/input.ts";
import type { FetchToken } from "../options.ts";
import type { Driver, ProtocolHost } from "../protocol.ts";
import { isName } from "../../protocol/isName.ts";
import { createApart } from "./apart.ts";
import { createCatchUp } from "./catchUp.ts";
import { createDelivery } from "./delivery.ts";
import { createHistory } from "./history.ts";
import { createReads } from "./reads.ts";
import { pack, text } from "./wire.ts";

export interface ResilientOptions {
  /** Omitted: `null` is sent, cookies speak. */
  readonly auth?: FetchToken | undefined;
  readonly maxAgeMs?: number | undefined;
  readonly ackTimeoutMs?: number | undefined;
}

/** What `auth` and `resume` have no room for before the server knows who speaks is asked after `welcome`. */
const resumeBytes = MAX_BYTES_BEFORE_AUTH - 1_024;
/** A claim is at most 1 kB long, a WebSocket message 64 KiB. */
const claimItems = 50;

/** A server that asks for a faster pulse does not get it. */
const leastPulseMs = 1_000;

/** What a frame means once the server has greeted; the decoder has checked its shape. */
type Hearing = { readonly [T in ServerFrame["t"]]?: (frame: FrameOf<T, ServerFrame>) => unknown };

export const drive = (
  { auth, maxAgeMs = Infinity, ackTimeoutMs = 10_000 }: ResilientOptions,
  host: ProtocolHost,
): Driver => {
  const { dispatch, clock, dice } = host;
  let group: string | undefined;
  let term = 0;
  let subject: string | null = null;
  let greeted = false;
  let welcomed = false;
  let refresh = false;
  let token: string | null | undefined;
  let heartbeat: HeartbeatPolicy | null = null;
  let pingedAtMs: number | null = null;
  let rttMs = 0;
  /** INVALID_SEQ in a row, without a connection in between. */
  let invalidSeqs = 0;
  /** Aborted when the socket is gone. */
  let scope = new AbortController();
  let laterClaims: ProducerAsk[] = [];
  let claimed = 0;
  let maxChannels = 0;
  /** What the server said last on this socket, when that was an error. */
  let retryAfterMs: number | undefined;
  let maxChunk = MAX_CHUNK_BYTES;

  /** Only to a server that greeted: what is left of a turn that a handler ended must not reach the next socket. */
  const transmit = (data: string): boolean => greeted && host.transmit(data);
  const probe = (): void => {
    pingedAtMs ??= clock.nowMs();
    transmit('{"t":"ping"}');
  };
  const subscribe = (ask: ChannelAsk): void => void transmit(text({ t: "sub", ...ask }));
  const isOpen = (): boolean => welcomed && ["resuming", "connected"].includes(host.state());
  const reads = createReads(host, transmit);
  const readOn = createApart(host, reads, isOpen);
  const catchUp = createCatchUp(host, subscribe, readOn);
  const history = createHistory(host, reads);
  const delivery = createDelivery(host, { maxAgeMs, ackTimeoutMs, probe });

  const authFrame = (value: string | null): string =>
    text({ t: "auth", token: value, group: (group ??= dice.uuid()), term });

  const begin = (): void => {
    if (!greeted || token === undefined) return;
    catchUp.reset();
    const me = authFrame(token);
    let room = resumeBytes - utf8Bytes(me);
    const fits = (ask: object): boolean => (room -= utf8Bytes(JSON.stringify(ask)) + 40) > 0;
    let count = maxChannels;
    const channels = catchUp.missing((ask) => count-- > 0 && fits(ask));
    laterClaims = delivery.claims();
    claimed = laterClaims.length;
    const producers = laterClaims.splice(0, laterClaims.filter(fits).length);
    transmit(
      pack([me, text({ t: "resume", channels, producers, ...(maxChunk < MAX_CHUNK_BYTES && { maxChunk }) })]),
    );
  };

  const refuse = (error: ErrorCode, why: string, recovery: FailedRecovery): void =>
    dispatch({ type: "refused", error, text: why, recovery });
  const fail = (reason: ReconnectReason, code: number, error: ErrorCode, cause: unknown): void =>
    dispatch({ type: "attemptFailed", reason, code, error, text: String(cause) });

  const fetchToken = async (then: (token: string | null) => void): Promise<void> => {
    if (!auth) return then(null);
    // Of the socket, not of the state: a token asked for in `authenticating` may come in `connected`.
    const { signal } = scope;
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
    }
  };

  const mayFinish = (): void => {
    if (welcomed && host.state() === "resuming" && claimed <= 0 && catchUp.done()) {
      invalidSeqs = 0;
      dispatch({ type: "resumed" });
      catchUp.upkeep();
    }
  };

  const greet = (frame: ServerFrame | undefined): void => {
    if (frame?.t !== "hello")
      return refuse(
        "NOT_RESILIENT",
        "the server does not speak resilient.v1; for other servers use plainProtocol()",
        "manual",
      );
    if (frame.v !== PROTOCOL_VERSION)
      return refuse("VERSION_UNSUPPORTED", `the server speaks version ${frame.v}`, "update-app");
    greeted = true;
    delivery.setLimits(frame.limits);
    ({ maxChannels } = frame.limits);
    // Leaves the server's own ping a moment to arrive before this side asks.
    const hbMs = Math.max(frame.hbMs, leastPulseMs);
    const hbTimeoutMs = Math.max(frame.hbTimeoutMs, leastPulseMs);
    const slackMs = Math.min(hbTimeoutMs / 4, 2_500);
    heartbeat = { intervalMs: hbMs + slackMs, timeoutMs: hbTimeoutMs - slackMs };
    begin();
  };

  const hear: Hearing = {
    authed: (frame) => {
      if (subject !== null && subject !== frame.subject) {
        host.queue.purge();
        delivery.forget();
      }
      subject = frame.subject;
    },
    welcome: ({ spreadMs, channels }) => {
      if (welcomed) throw new SyntaxError("a second welcome");
      welcomed = true;
      dispatch({ type: "welcomed", spreadMs });
      channels.forEach(catchUp.verdict);
      catchUp.missing().forEach(subscribe);
      while (laterClaims.length) transmit(text({ t: "claim", producers: laterClaims.splice(0, claimItems) }));
    },
    subscribed: catchUp.verdict,
    positions: ({ producers }) => {
      claimed -= producers.length;
      producers.forEach(delivery.position);
    },
    delta: (frame) => (frame.rid === undefined ? catchUp : reads).delta(frame),
    snapshot: (frame) => (frame.rid === undefined ? catchUp : reads).snapshot(frame),
    live: catchUp.live,
    data: catchUp.data,
    ack: delivery.ack,
    nack: delivery.nack,
    ping: () => transmit('{"t":"pong"}'),
    pong: () => {
      if (pingedAtMs === null) return;
      const sample = clock.nowMs() - pingedAtMs;
      rttMs = rttMs ? rttMs + (sample - rttMs) / 8 : sample;
      pingedAtMs = null;
    },
    reauth: () => {
      refresh = true;
      void fetchToken((fresh) => transmit(authFrame(fresh)));
    },
    goaway: ({ minMs, maxMs }) => dispatch({ type: "goawayReceived", minMs, maxMs }),
    vol: ({ c, d }) => host.channels.deliverLoose(c, d, dice.uuid()),
    error: (frame) => {
      const { code, ref = "" } = frame;
      if (code === "DENIED" || code === "LOST") return reads.refused(frame);
      ({ retryAfterMs } = frame);
      if (code !== "INVALID_SEQ") return;
      if (++invalidSeqs > 1) refuse("INVALID_SEQ", "the server refused a cursor twice", "manual");
      else catchUp.discard(ref);
    },
  };

  const pump = (): void => {
    delivery.pump();
    reads.pump();
  };

  return {
    ...history,
    probe,
    pump,
    readOn,
    upkeep: () => {
      delivery.upkeep(rttMs);
      catchUp.upkeep();
      reads.pump();
    },
    heartbeat: () => heartbeat,
    rttMs: () => rttMs,
    opened: () => {
      greeted = welcomed = false;
      token = undefined;
      scope = new AbortController();
      pingedAtMs = null;
      retryAfterMs = undefined;
      term++;
      void fetchToken((answer) => {
        token = answer;
        begin();
      });
    },
    received: (data) => {
      const frames = typeof data === "string" ? decodeServerFrames(data) : null;
      if (!greeted) greet(frames?.[0]);
      if (!greeted) return;
      try {
        if (!frames) throw new SyntaxError("a frame has a wrong shape");
        // A handler may end this socket: what else it said is asked for again.
        for (const frame of frames) if (greeted) hear[frame.t]?.(frame as never);
      } catch (error) {
        return fail("closed", closeCodes.protocol, "INVALID_FRAME", error);
      }
      mayFinish();
      if (host.state() === "connected") pump();
    },
    closed: (code) => {
      // A link so slow that one message took longer than the heartbeat waits: smaller ones show that it lives.
      if (code === closeCodes.heartbeat && welcomed && !catchUp.done())
        maxChunk = Math.max(maxChunk / 2, MIN_CHUNK_BYTES);
      greeted = welcomed = false;
      scope.abort();
      catchUp.reset();
      reads.reset();
      if (code === closeCodes.tooLarge || code === 1009) delivery.tooLarge();
      if (code === closeCodes.tokenExpired || code === closeCodes.unauthorised) refresh = true;
      return retryAfterMs;
    },
    subscribed: (name) => {
      const channel = host.channels.all.get(name);
      if (!channel) return;
      if (!isName(name, 256)) return clock.soon(() => catchUp.bar(channel));
      if (isOpen()) subscribe(catchUp.ask(channel));
    },
    unsubscribed: (name) => {
      catchUp.forget(name);
      if (isOpen()) transmit(text({ t: "unsub", c: name }));
    },
  };
};
