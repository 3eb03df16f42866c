import * as closeCodes from "../../protocol/closeCodes.ts";
import { decodeServerFrames } from "../../protocol/decodeServerFrame.ts";
import type { ChannelAsk, ProducerAsk, ServerFrame } from "../../protocol/frames.ts";
import { PROTOCOL_VERSION } from "../../protocol/version.ts";
import type { HeartbeatPolicy } from "../../core/machine/input.ts";
import type { FetchToken } from "../options.ts";
import type { Driver, ProtocolHost } from "../protocol.ts";
import { createCatchUp } from "./catchUp.ts";
import { createDelivery } from "./delivery.ts";
import { pack, text } from "./wire.ts";

export interface ResilientOptions {
  /** Omitted: `null` is sent, cookies speak. */
  readonly auth?: FetchToken | undefined;
  readonly maxAgeMs?: number | undefined;
  readonly ackTimeoutMs?: number | undefined;
}

/** `auth` and `resume` together stay below the 16 KiB a server reads before it knows who speaks. */
const resumeItems = 50;

/** A server that asks for a faster pulse does not get it. */
const leastPulseMs = 1_000;

export const drive = (
  { auth, maxAgeMs = Infinity, ackTimeoutMs = 10_000 }: ResilientOptions,
  host: ProtocolHost,
): Driver => {
  const { dispatch, transmit, clock, dice } = host;
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
  let laterClaims: ProducerAsk[] = [];
  let claimed = 0;

  const probe = (): void => {
    pingedAtMs ??= clock.nowMs();
    transmit('{"t":"ping"}');
  };
  const subscribe = (ask: ChannelAsk): void => void transmit(text({ t: "sub", ...ask }));
  const catchUp = createCatchUp(host, subscribe);
  const delivery = createDelivery(host, { maxAgeMs, ackTimeoutMs, probe });

  const authFrame = (value: string | null): string =>
    text({ t: "auth", token: value, group: (group ??= dice.uuid()), term });

  const begin = (): void => {
    if (!greeted || token === undefined) return;
    catchUp.reset();
    const channels = catchUp.missing(resumeItems);
    const producers = delivery.claims();
    claimed = producers.length;
    laterClaims = producers.splice(resumeItems);
    transmit(pack([authFrame(token), text({ t: "resume", channels, producers })]));
  };

  const fetchToken = (then: (token: string | null) => void): void => {
    if (!auth) return then(null);
    const signal = host.signal();
    const failed = (cause: unknown): void => {
      if (!signal.aborted)
        dispatch({
          type: "attemptFailed",
          reason: "auth",
          code: 1000,
          error: "AUTH_FAILED",
          text: String(cause),
        });
    };
    try {
      Promise.resolve(auth({ signal, refresh })).then((answer) => {
        if (signal.aborted) return;
        refresh = false;
        if (answer) then(answer.token);
        else
          dispatch({
            type: "refused",
            error: "UNAUTHORISED",
            text: "nobody is signed in",
            recovery: "sign-in",
          });
      }, failed);
    } catch (error) {
      failed(error);
    }
  };

  const mayFinish = (): void => {
    if (welcomed && host.state() === "resuming" && !claimed && catchUp.done()) {
      invalidSeqs = 0;
      dispatch({ type: "resumed" });
      catchUp.upkeep();
    }
  };

  const greet = (frame: ServerFrame | undefined): boolean => {
    if (frame?.t !== "hello") {
      dispatch({
        type: "refused",
        error: "NOT_RESILIENT",
        text: "the server does not speak resilient.v1; for other servers use plainProtocol()",
        recovery: "manual",
      });
      return false;
    }
    if (frame.v !== PROTOCOL_VERSION) {
      dispatch({
        type: "refused",
        error: "VERSION_UNSUPPORTED",
        text: `the server speaks version ${frame.v}`,
        recovery: "update-app",
      });
      return false;
    }
    greeted = true;
    delivery.setLimits(frame.limits);
    // Leaves the server's own ping a moment to arrive before this side asks.
    const [hbMs, hbTimeoutMs] = [
      Math.max(frame.hbMs, leastPulseMs),
      Math.max(frame.hbTimeoutMs, leastPulseMs),
    ];
    const slackMs = Math.min(hbTimeoutMs / 4, 2_500);
    heartbeat = { intervalMs: hbMs + slackMs, timeoutMs: hbTimeoutMs - slackMs };
    begin();
    return true;
  };

  const hear = (frame: ServerFrame): void => {
    switch (frame.t) {
      case "authed":
        if (subject !== null && subject !== frame.subject) host.queue.purge();
        subject = frame.subject;
        return;
      case "welcome":
        dispatch({ type: "welcomed", spreadMs: frame.spreadMs });
        welcomed = true;
        frame.channels.forEach(catchUp.verdict);
        catchUp.missing().forEach(subscribe);
        if (laterClaims.length) transmit(text({ t: "claim", producers: laterClaims.splice(0) }));
        return;
      case "subscribed":
        return catchUp.verdict(frame);
      case "positions":
        claimed -= frame.producers.length;
        return frame.producers.forEach(delivery.position);
      case "delta":
        return catchUp.delta(frame);
      case "snapshot":
        return catchUp.snapshot(frame);
      case "live":
        return catchUp.live(frame);
      case "data":
        return catchUp.data(frame);
      case "ack":
        return delivery.ack(frame);
      case "nack":
        return delivery.nack(frame);
      case "ping":
        return void transmit('{"t":"pong"}');
      case "pong":
        if (pingedAtMs !== null) {
          const sample = clock.nowMs() - pingedAtMs;
          rttMs = rttMs ? rttMs + (sample - rttMs) / 8 : sample;
          pingedAtMs = null;
        }
        return;
      case "reauth":
        refresh = true;
        return fetchToken((fresh) => void transmit(authFrame(fresh)));
      case "goaway":
        return dispatch({ type: "goawayReceived", minMs: frame.minMs, maxMs: frame.maxMs });
      case "vol": {
        const channel = host.channels.all.get(frame.c);
        if (channel)
          host.channels.deliver(channel, {
            data: frame.d,
            id: dice.uuid(),
            channel: frame.c,
            seq: undefined,
            lam: undefined,
            own: false,
            replayed: false,
          });
        return;
      }
      case "error":
        if (frame.code !== "INVALID_SEQ") return;
        if (++invalidSeqs > 1)
          return dispatch({
            type: "refused",
            error: "INVALID_SEQ",
            text: "the server refused a cursor twice",
            recovery: "manual",
          });
        return catchUp.discard(frame.ref ?? "");
      default:
        return;
    }
  };

  const isOpen = (): boolean => welcomed && ["resuming", "connected"].includes(host.state());

  return {
    probe,
    pump: delivery.pump,
    upkeep: () => {
      delivery.upkeep(rttMs);
      catchUp.upkeep();
    },
    heartbeat: () => heartbeat,
    rttMs: () => rttMs,
    opened: () => {
      greeted = welcomed = false;
      token = undefined;
      pingedAtMs = null;
      term++;
      fetchToken((answer) => {
        token = answer;
        begin();
      });
    },
    received: (data) => {
      const frames = typeof data === "string" ? decodeServerFrames(data) : null;
      if (!greeted && !greet(frames?.[0])) return;
      try {
        if (!frames) throw new SyntaxError("a frame has a wrong shape");
        for (const frame of frames) hear(frame);
      } catch (error) {
        return dispatch({
          type: "attemptFailed",
          reason: "closed",
          code: closeCodes.protocol,
          error: "INVALID_FRAME",
          text: String(error),
        });
      }
      mayFinish();
      if (host.state() === "connected") delivery.pump();
    },
    closed: (code) => {
      greeted = welcomed = false;
      if (code === closeCodes.tooLarge || code === 1009) delivery.tooLarge();
      if (code === closeCodes.tokenExpired || code === closeCodes.unauthorised) refresh = true;
    },
    subscribed: (name) => {
      const channel = host.channels.all.get(name);
      if (channel && isOpen()) subscribe(catchUp.ask(channel));
    },
    unsubscribed: (name) => {
      catchUp.forget(name);
      if (isOpen()) transmit(text({ t: "unsub", c: name }));
    },
  };
};
