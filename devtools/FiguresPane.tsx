"use client";
import type * as React from "react";
import { useStore } from "../hooks/useStore.ts";
import type { Sample } from "../src/devtools/meters.ts";
import { useTools } from "./context.ts";
import { count, duration } from "./format.ts";
import { Plot } from "./Plot.tsx";

const rate = (n: number): string => (n < 10 ? n.toFixed(1) : count(Math.round(n)));
const percent = (n: number): string => `${Math.round(n * 100)} %`;

/** The last two minutes. */
export function FiguresPane(): React.ReactNode {
  const { recorder, say } = useTools();
  const samples = useStore(recorder.samples, undefined, Object.is);
  const of = (pick: (sample: Sample) => number | null) => samples.map(pick);
  return (
    <div className="plots">
      <Plot title={say("figure.depth")} values={of(({ depth }) => depth)} show={count} second={of(({ inFlight }) => inFlight)} secondTitle={say("figure.inFlight")} />
      <Plot title={say("figure.saturation")} values={of(({ saturation }) => saturation)} show={percent} top={1} />
      <Plot title={say("figure.throughput")} values={of(({ outPerSecond }) => outPerSecond)} show={rate} second={of(({ inPerSecond }) => inPerSecond)} secondTitle={say("figure.in")} />
      <Plot title={say("figure.rtt")} values={of(({ rttMs }) => rttMs)} show={duration} />
      <Plot title={say("figure.flush")} values={of(({ flushMs }) => flushMs)} show={duration} />
    </div>
  );
}
