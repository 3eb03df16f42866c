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
  /** From transmission to answer, the mean of those answered since the last sample, ms; null without any. */
  readonly answerMs: number | null;
  /** Messages acknowledged, and messages handed to handlers, a second. */
  readonly outPerSecond: number;
  readonly inPerSecond: number;
}

export type Totals = Readonly<Partial<Record<Settlement["kind"], number>>>;

export interface Meters {
  readonly everyMs: number;
  /** `tookMs`: since its first transmission, where that was heard. */
  readonly settled: (kind: Settlement["kind"], tookMs: number | undefined) => void;
  readonly delivered: () => void;
  readonly sample: () => void;
  readonly samples: () => readonly Sample[];
  /** How messages ended since the recording began. */
  readonly totals: () => Totals;
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
  let answers = 0;
  let answeredMs = 0;
  let totals: Totals = {};
  let lastMs = clock.nowMs();

  return {
    everyMs,
    settled: (kind, tookMs) => {
      totals = { ...totals, [kind]: (totals[kind] ?? 0) + 1 };
      if (kind === "acked" || kind === "sent") sent++;
      if (tookMs === undefined) return;
      answers++;
      answeredMs += tookMs;
    },
    totals: () => totals,
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
        answerMs: answers ? answeredMs / answers : null,
        outPerSecond: sent / seconds,
        inPerSecond: got / seconds,
      };
      samples = [...samples.slice(-kept + 1), one];
      lastMs = nowMs;
      sent = got = answers = answeredMs = 0;
    },
    samples: () => samples,
    clear: () => {
      samples = [];
      totals = {};
    },
  };
};
