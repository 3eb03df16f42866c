import type { Clock } from "../core/ports.ts";
import { metricNames } from "../telemetry/metricNames.ts";
import type { Metrics } from "./metrics.ts";
import { createShare } from "./share.ts";

/** Takes what became of a sampled cursor; undefined: there was nothing to compare it with. */
export type CountDrift = (agrees: boolean | undefined) => void;

/** How many of the places where clients say they stand are not places of the log. */
export function createDrift(
  metrics: Pick<Metrics, "count" | "gauge">,
  clock: Pick<Clock, "nowMs">,
): CountDrift {
  const drifted = createShare(clock);
  metrics.gauge(metricNames.drift, () => 100 * (drifted.lately() ?? 0));
  return (agrees) => {
    if (agrees === undefined) return;
    drifted.add(!agrees);
    metrics.count(metricNames.driftSamples, 1, agrees ? "same" : "drifted");
  };
}
