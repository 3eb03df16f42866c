"use client";
import * as React from "react";
import type { Sample } from "../src/devtools/meters.ts";
import type { Moment } from "../src/devtools/moments.ts";
import { useTools } from "./context.ts";
import { count, duration } from "./format.ts";
import { Plot } from "./Plot.tsx";
import { useLatest } from "./useLatest.ts";

const rate = (n: number): string => (n < 10 ? n.toFixed(1) : count(Math.round(n)));
const percent = (n: number): string => `${Math.round(n * 100)} %`;

/** The last two minutes. */
export function FiguresPane(): React.ReactNode {
  const { recorder, say } = useTools();
  const samples = useLatest(recorder.samples);
  const of = (pick: (sample: Sample) => number | null) => samples.map(pick);
  return (
    <div className="plots">
      <Plot
        title={say("figure.depth")}
        values={of(({ depth }) => depth)}
        show={count}
        second={of(({ inFlight }) => inFlight)}
        secondTitle={say("figure.inFlight")}
      />
      <Plot
        title={say("figure.throughput")}
        values={of(({ outPerSecond }) => outPerSecond)}
        show={rate}
        second={of(({ inPerSecond }) => inPerSecond)}
        secondTitle={say("figure.in")}
      />
      <Plot
        title={say("figure.answer")}
        values={of(({ answerMs }) => answerMs)}
        show={duration}
        second={of(({ rttMs }) => rttMs)}
        secondTitle={say("figure.rtt")}
      />
      <Plot
        title={say("figure.saturation")}
        values={of(({ saturation }) => saturation)}
        show={percent}
        top={1}
      />
      <Plot title={say("figure.flush")} values={of(({ flushMs }) => flushMs)} show={duration} />
      <TotalsCard />
    </div>
  );
}

const isReconnect = ({ from, to }: Moment): boolean => from === "connected" && to === "reconnecting";

function TotalsCard() {
  const { recorder, say } = useTools();
  const totals = useLatest(recorder.totals);
  const reconnects = useLatest(recorder.moments).filter(isReconnect).length;
  return (
    <section className="plot totals">
      <h3>{say("figure.totals")}</h3>
      <dl>
        {Object.entries({ acked: 0, ...totals }).map(([kind, n]) => (
          <React.Fragment key={kind}>
            <dt>{say(`kind.${kind}`)}</dt>
            <dd>{count(n)}</dd>
          </React.Fragment>
        ))}
        <dt>{say("figure.reconnects")}</dt>
        <dd>{count(reconnects)}</dd>
      </dl>
    </section>
  );
}
