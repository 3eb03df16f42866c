import { metricNames, type MetricName } from "../telemetry/metricNames.ts";

export interface Metrics {
  /** Adds to a counter; `label` is the value of its one label. */
  readonly count: (name: MetricName, by?: number, label?: string) => void;
  readonly observe: (name: MetricName, value: number) => void;
  readonly gauge: (name: MetricName, read: () => number) => void;
  /** Prometheus text format 0.0.4. */
  readonly text: () => string;
}

const labelOf: Partial<Record<MetricName, string>> = {
  [metricNames.disconnects]: "code",
  [metricNames.anomalies]: "kind",
  [metricNames.framesRejected]: "code",
  [metricNames.nacks]: "code",
  [metricNames.resumes]: "status",
  [metricNames.handshakes]: "outcome",
  [metricNames.rateLimited]: "limit",
  [metricNames.upgradesRefused]: "status",
  [metricNames.deltaReads]: "outcome",
};
const unlabelled = Object.values(metricNames).filter((name) => name.endsWith("_total") && !(name in labelOf));
const buckets: readonly number[] = [0, 1, 10, 50, 100, 500, 1000, 5000];
/** Label values come from us, except verdict codes of the app: the number of series stays bounded. */
const MAX_SERIES = 200;

interface Histogram {
  readonly counts: number[];
  sum: number;
  count: number;
}

export function createMetrics(): Metrics {
  const counters = new Map<string, Map<string, number>>();
  const histograms = new Map<string, Histogram>();
  const gauges = new Map<string, () => number>();
  for (const name of [...unlabelled, metricNames.cleanupErrors]) counters.set(name, new Map([["", 0]]));

  const series = (name: MetricName) => {
    let values = counters.get(name);
    if (!values) counters.set(name, (values = new Map<string, number>()));
    return values;
  };
  const histogram = (name: MetricName) => {
    let found = histograms.get(name);
    if (!found) histograms.set(name, (found = { counts: buckets.map(() => 0), sum: 0, count: 0 }));
    return found;
  };

  return {
    count: (name, by = 1, label = "") => {
      const values = series(name);
      const key = values.has(label) || values.size < MAX_SERIES ? label : "other";
      values.set(key, (values.get(key) ?? 0) + by);
    },
    observe: (name, value) => {
      const h = histogram(name);
      buckets.forEach((bound, i) => {
        if (value <= bound) h.counts[i] = (h.counts[i] ?? 0) + 1;
      });
      h.sum += value;
      h.count++;
    },
    gauge: (name, read) => void gauges.set(name, read),
    text: () => {
      const lines: string[] = [];
      for (const [name, values] of counters) {
        lines.push(`# TYPE ${name} counter`);
        for (const [label, value] of values)
          lines.push(`${name}${labels(name as MetricName, label)} ${value}`);
      }
      for (const [name, read] of gauges) lines.push(`# TYPE ${name} gauge`, `${name} ${read()}`);
      for (const [name, h] of histograms) lines.push(...histogramLines(name, h));
      return `${lines.join("\n")}\n`;
    },
  };
}

function labels(name: MetricName, value: string): string {
  const label = labelOf[name];
  return label === undefined ? "" : `{${label}="${value.replace(/[^\w:.-]/g, "_")}"}`;
}

function histogramLines(name: string, { counts, sum, count }: Histogram): readonly string[] {
  return [
    `# TYPE ${name} histogram`,
    ...buckets.map((bound, i) => `${name}_bucket{le="${bound}"} ${counts[i] ?? 0}`),
    `${name}_bucket{le="+Inf"} ${count}`,
    `${name}_sum ${sum}`,
    `${name}_count ${count}`,
  ];
}
