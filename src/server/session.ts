import * as closeCodes from "../protocol/closeCodes.ts";
import type { ClientFrame, FrameOf } from "../protocol/frames.ts";
import { MAX_CHUNK_BYTES, MIN_CHUNK_BYTES } from "../protocol/limits.ts";
import { metricNames } from "../telemetry/metricNames.ts";
import type { ServerContext } from "./context.ts";
import { watchExpiry } from "./expiry.ts";
import { findUnsafe } from "./findUnsafe.ts";
import { busy, internal, protocolError, type Refusal } from "./refusal.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { createInbound } from "./inbound.ts";
import type { Judge } from "./judge.ts";
import type { Identity } from "./access.ts";
import type { Outbound } from "./outbound.ts";
import type { PlanContext } from "./planChannel.ts";
import { readChannel } from "./readChannel.ts";
import { spread } from "./spread.ts";
import { createSubscriptions } from "./subscriptions.ts";
import { describeError } from "../core/describeError.ts";

/** A connection that knows its subject: everything after `authed`. */
export interface Session {
  readonly subject: string;
  /** Counts a frame; one that comes too fast ends the connection. */
  readonly isTooFast: (frame: ClientFrame, bytes: number) => boolean;
  readonly handle: (frame: Exclude<ClientFrame, { readonly t: "auth" }>, bytes: number) => void;
  readonly heard: () => void;
  readonly renew: (identity: Identity) => void;
  /** Everything with a number that was handled is answered. */
  readonly isIdle: () => boolean;
  readonly stop: () => void;
}

export type SessionContext = ServerContext & PlanContext & { readonly judge: Judge };

export interface SessionOptions {
  readonly context: SessionContext;
  readonly cid: string;
  readonly identity: Identity;
  /** When the client first said who it is. */
  readonly authAtMs: number;
  readonly outbound: Outbound;
  readonly refuse: (refusal: Refusal) => void;
  readonly close: (code: number, reason: string) => void;
  /** A defect of ours: ends this connection only. */
  readonly failed: (error: unknown) => void;
}

const nowhere = { epoch: "", head: 0, tail: "" } as const;

export function createSession({
  context,
  cid,
  identity,
  authAtMs,
  outbound,
  refuse,
  close,
  failed,
}: SessionOptions): Session {
  const { clock, dice, store, hub, admission, rates, rights, metrics, log } = context;
  const { subject } = identity;
  const { send } = outbound;
  const controlTokens = rates.controlTokens();
  let lam = 0;
  let hasResumed = false;
  let isStopped = false;
  let reading = Promise.resolve();

  const storeFailed = (error: unknown) => {
    log("error", "STORE_UNAVAILABLE", { cid, error: describeError(error) });
    refuse(internal("STORE_UNAVAILABLE"));
  };
  const eventually = <T>(answer: Promise<T>, then: (value: T) => void) =>
    void answer.then(then).catch(storeFailed);
  const shown = (next: number) => {
    if (next > lam) lam = next;
  };
  const subscriptions = createSubscriptions({
    context,
    subject,
    owner: cid,
    outbound,
    shown,
    authAtMs,
    onBroken: storeFailed,
  });
  const reports = context.figures.connection();
  const inbound = createInbound({
    context,
    judge: context.judge,
    subject,
    send,
    drained: outbound.drained,
    lam: () => lam,
    onDefect: failed,
    fail: (code) => {
      if (code === "STORE_UNAVAILABLE") refuse(internal(code));
      else if (code === "WINDOW_EXCEEDED") refuse(protocolError(code));
      else refuse(busy(code, Math.ceil(1000 * (1 + 4 * dice.roll()))));
    },
  });
  const heartbeat = startHeartbeat({
    clock,
    ...context.heartbeat,
    ping: () => send({ t: "ping" }),
    onDead: () => refuse({ code: "HEARTBEAT_TIMEOUT", close: closeCodes.heartbeat, retriable: true }),
  });
  let stopExpiry = watch(identity);

  function watch({ expiresAt }: Identity): () => void {
    if (expiresAt === undefined || expiresAt === null) return () => {};
    return watchExpiry({
      clock,
      expiresAt,
      onReauth: (byMs) => send({ t: "reauth", byMs }),
      onExpired: () => refuse({ code: "TOKEN_EXPIRED", close: closeCodes.tokenExpired, retriable: true }),
    });
  }

  function resume(frame: FrameOf<"resume", ClientFrame>): void {
    if (hasResumed) return refuse(protocolError("RESUME_TWICE"));
    hasResumed = true;
    reports.told(frame.stats);
    const { maxChunk = MAX_CHUNK_BYTES } = frame;
    outbound.chunkBytes = Math.min(Math.max(maxChunk, MIN_CHUNK_BYTES), MAX_CHUNK_BYTES);
    if (!subscriptions.hasRoom(frame.channels.length)) return refuse(busy("TOO_MANY_CHANNELS"));
    eventually(subscriptions.resume(frame.channels), (channels) => {
      if (isStopped) return;
      const spreadMs = spread(admission.connections(), context.acceptPerSecond);
      send({ t: "welcome", cid, spreadMs, channels });
      inbound.claim(frame.producers);
      subscriptions.start();
    });
  }

  function subscribe(frame: FrameOf<"sub", ClientFrame>): void {
    if (!subscriptions.hasRoom(1)) {
      metrics.count(metricNames.framesRejected, 1, "TOO_MANY_CHANNELS");
      return send({ t: "subscribed", c: frame.c, ...nowhere, status: "denied", reason: "TOO_MANY_CHANNELS" });
    }
    eventually(subscriptions.add(frame), (verdict) => {
      if (isStopped || !verdict) return;
      send({ t: "subscribed", ...verdict });
      subscriptions.startOne(frame.c);
    });
  }

  /** One after the other: what was asked for at once must not be in memory at once. */
  function read(frame: FrameOf<"read", ClientFrame>): void {
    const isOver = () => isStopped;
    const next = () => (isStopped ? undefined : readChannel({ context, subject, frame, outbound, isOver }));
    reading = reading.then(next).catch(storeFailed);
  }

  function isTooFast(frame: ClientFrame, bytes: number): boolean {
    const isNumbered = frame.t === "pub" || frame.t === "skip";
    const waitMs = rates.received(subject, bytes) || (isNumbered ? 0 : rates.control(subject, controlTokens));
    if (waitMs > 0) refuse(busy("RATE_LIMITED", waitMs));
    return waitMs > 0;
  }

  async function volatile({ c, d }: FrameOf<"vol", ClientFrame>, bytes: number): Promise<void> {
    if (findUnsafe(d, context.limits) || rates.volatile(subject, bytes) > 0) return;
    if (!(await rights.may(subject, "write", c))) return;
    hub.vol(c, { d, subject, owner: cid });
  }

  /** No answer is no right: what is already subscribed must not outlive it. */
  async function mayStillRead(channel: string): Promise<boolean> {
    try {
      return await rights.may(subject, "read", channel);
    } catch {
      return false;
    }
  }

  /** New rights hold for what is already subscribed. */
  async function reauthorise(): Promise<void> {
    for (const channel of subscriptions.names()) {
      const allowed = await mayStillRead(channel);
      if (isStopped || allowed) continue;
      subscriptions.remove(channel);
      send({ t: "subscribed", c: channel, ...nowhere, status: "denied" });
    }
  }

  return {
    subject,
    heard: heartbeat.heard,
    isTooFast,
    handle: (frame, bytes) => {
      switch (frame.t) {
        case "pub":
        case "skip":
          return inbound.take(frame, bytes);
        case "resume":
          return resume(frame);
        case "claim":
          return inbound.claim(frame.producers);
        case "sub":
          return subscribe(frame);
        case "unsub":
          return subscriptions.remove(frame.c);
        case "read":
          return read(frame);
        case "retire":
          return void store.retire(subject, frame.p).catch(storeFailed);
        case "vol":
          return void volatile(frame, bytes).catch((error: unknown) =>
            log("error", "AUTHORIZE_FAILED", { error: describeError(error) }),
          );
        case "ping":
          return send({ t: "pong" });
        case "pong":
          reports.told(frame.stats);
          for (const { c, ...cursor } of frame.cursors ?? [])
            context.countDrift(subscriptions.agrees(c, cursor));
          return;
        case "bye":
          return close(closeCodes.normal, "bye");
        default:
          frame satisfies never;
      }
    },
    renew: (next) => {
      stopExpiry();
      stopExpiry = watch(next);
      void reauthorise().catch(storeFailed);
    },
    isIdle: inbound.isIdle,
    stop: () => {
      isStopped = true;
      stopExpiry();
      heartbeat.stop();
      inbound.stop();
      reports.stop();
      subscriptions.stop();
    },
  };
}
