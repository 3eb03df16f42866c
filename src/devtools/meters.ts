import type { Inspection } from "../client/inspection.ts";
import type { Settlement } from "../client/receipt.ts";
import type { ResilientClient } from "../client/ResilientClient.ts";

/** The client at one moment. */
export interface Sample {
  /** Unix ms. */
  readonly at: number;
  readonly depth: number;
  readonly inFlight: number;
  /** 0 … 1. */
  readonly saturation: number;
  /** Of the last flush, ms; null before the first. */
  readonly flushMs: number | null;
  /** Smoothed round trip, ms; null while unknown. */
  readonly rttMs: number | null;
  /** Messages acknowledged, and messages handed to handlers, a second. */
  readonly outPerSecond: number;
  readonly inPerSecond: number;
}

export interface Meters {
  readonly everyMs: number;
  readonly settled: (kind: Settlement["kind"]) => void;
  readonly delivered: () => void;
  readonly sample: () => void;
  readonly samples: () => readonly Sample[];
  readonly clear: () => void;
}

const everyMs = 250;
/** Two minutes. */
const kept = 480;

export const createMeters = ({ outbox }: ResilientClient, { driver, ports }: Inspection): Meters => {
  const { clock } = ports;
  let samples: readonly Sample[] = [];
  let sent = 0;
  let got = 0;
  let lastMs = clock.nowMs();

  return {
    everyMs,
    settled: (kind) => {
      if (kind === "acked" || kind === "sent") sent++;
    },
    delivered: () => void got++,
    sample: () => {
      const { depth, inFlight, saturation, lastFlushMs: flushMs } = outbox.state.get();
      const nowMs = clock.nowMs();
      const seconds = Math.max(nowMs - lastMs, 1) / 1_000;
      const one: Sample = {
        at: clock.wallMs(),
        depth,
        inFlight,
        saturation,
        flushMs,
        rttMs: driver.rttMs() || null,
        outPerSecond: sent / seconds,
        inPerSecond: got / seconds,
      };
      samples = [...samples.slice(-kept + 1), one];
      lastMs = nowMs;
      sent = got = 0;
    },
    samples: () => samples,
    clear: () => {
      samples = [];
    },
  };
};
