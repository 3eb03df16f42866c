/** What a tab has to say and to hear once the server knows who speaks: its messages, its channels, its questions. */
import type { ChannelAsk, ProducerAsk } from "../../protocol/frames.ts";
import { isName } from "../../protocol/isName.ts";
import type { ProtocolHost } from "../protocol.ts";
import { createApart } from "./apart.ts";
import { createCatchUp } from "./catchUp.ts";
import { createDelivery } from "./delivery.ts";
import { createHistory } from "./history.ts";
import { createReads } from "./reads.ts";
import type { Session } from "./session.ts";
import { text, type Wire } from "./wire.ts";

export interface SessionOptions {
  readonly maxAgeMs: number;
  readonly ackTimeoutMs: number;
}

/** Cursors a pong carries. */
const samples = 8;
/** A claim is at most 1 kB long, a WebSocket message 64 KiB. */
const claimItems = 50;

export const createSession = (host: ProtocolHost, wire: Wire, options: SessionOptions): Session => {
  const { channels, clock, dice, queue } = host;
  const { transmit, ask, isOpen } = wire;
  const subscribe = (channel: ChannelAsk): void => void ask({ t: "sub", ...channel });
  const reads = createReads(host, ask);
  const readOn = createApart(host, reads, isOpen);
  const catchUp = createCatchUp(host, subscribe, readOn);
  const delivery = createDelivery(host, wire, options);
  let laterClaims: ProducerAsk[] = [];
  /** Positions that are still to come. */
  let claimed = 0;
  let maxChannels = 0;
  let sampleFrom = 0;
  /** Who the server takes this user for: what was numbered for another is not its own. */
  let subject: string | undefined;

  return {
    ...createHistory(host, reads),
    readOn,
    volatile: (c, body) => ask({ t: "vol", c, d: body as string }),
    bufferedBytes: wire.bufferedBytes,
    terms: delivery.terms,
    hear: {
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
      authed: (frame) => {
        if (subject !== undefined && subject !== frame.subject) {
          queue.purge();
          delivery.forget();
        }
        ({ subject } = frame);
        queue.signedIn(subject);
      },
      vol: ({ c, d }) => channels.deliverLoose(c, { data: d, id: dice.uuid() }),
      error: (frame) => {
        if (frame.code === "DENIED" || frame.code === "LOST") reads.refused(frame);
      },
    },
    setLimits: (limits) => {
      delivery.setLimits(limits);
      ({ maxChannels } = limits);
    },
    resume: (fits) => {
      catchUp.reset();
      let count = maxChannels;
      const asks = catchUp.missing((ask) => count-- > 0 && fits(ask));
      laterClaims = delivery.claims();
      claimed = laterClaims.length;
      return { channels: asks, producers: laterClaims.splice(0, laterClaims.filter(fits).length) };
    },
    welcomed: (verdicts) => {
      verdicts.forEach(catchUp.verdict);
      catchUp.missing().forEach(subscribe);
      while (laterClaims.length) transmit(text({ t: "claim", producers: laterClaims.splice(0, claimItems) }));
    },
    isDone: () => claimed <= 0 && catchUp.done(),
    isCaughtUp: catchUp.done,
    sample: () => {
      const places = catchUp.places();
      sampleFrom = places.length ? (sampleFrom + samples) % places.length : 0;
      return [...places.slice(sampleFrom), ...places.slice(0, sampleFrom)].slice(0, samples);
    },
    pump: () => {
      delivery.pump();
      reads.pump();
    },
    upkeep: (rttMs) => {
      delivery.upkeep(rttMs);
      catchUp.upkeep();
      reads.pump();
    },
    discard: catchUp.discard,
    tooLarge: delivery.tooLarge,
    closed: () => {
      catchUp.reset();
      reads.reset();
    },
    subscribed: (name) => {
      const channel = channels.all.get(name);
      if (!channel) return;
      if (!isName(name, 256)) return clock.soon(() => catchUp.bar(channel));
      if (isOpen()) subscribe(catchUp.ask(channel));
    },
    unsubscribed: (name) => {
      catchUp.forget(name);
      if (isOpen()) ask({ t: "unsub", c: name });
    },
  };
};
