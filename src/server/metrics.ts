import type { MetricName } from "../telemetry/metricNames.ts";
import { type Metric, metricTable } from "../telemetry/metricTable.ts";

export interface Metrics {
  /** Adds to a counter; `labels` are the values of its labels, in the order of the table. */
  readonly count: (name: MetricName, by?: number, ...labels: readonly string[]) => void;
  readonly observe: (name: MetricName, value: number) => void;
  /** A gauge that is asked when it is exported. */
  readonly gauge: (name: MetricName, read: () => number) => void;
  /** A counter that somebody else keeps. */
  readonly counter: (name: MetricName, read: () => number, ...labels: readonly string[]) => void;
  /** A part of a gauge that is the sum of its parts; answers how to take it out. */
  readonly part: (name: MetricName, read: () => number) => () => void;
  /** Prometheus text format 0.0.4. */
  readonly text: () => string;
}

/** Label values come from us, except codes of the app and words of clients: the number of series of one name stays bounded. */
const MAX_SERIES = 200;
const OTHER = "other";

interface Family {
  readonly name: MetricName;
  readonly metric: Metric;
  /** By label text. */
  readonly values: Map<string, number>;
  readonly reads: Map<string, () => number>;
  readonly parts: Set<() => number>;
  /** Of a histogram: how many were at most the bound of the same index. */
  readonly counts: number[];
  sum: number;
  count: number;
}

export function createMetrics(): Metrics {
  const families = new Map<MetricName, Family>();
  for (const [name, metric] of Object.entries(metricTable) as [MetricName, Metric][])
    families.set(name, {
      name,
      metric,
      values: new Map(metric.labels || metric.type !== "counter" ? [] : [["", 0]]),
      reads: new Map(),
      parts: new Set(),
      counts: (metric.buckets ?? []).map(() => 0),
      sum: 0,
      count: 0,
    });
  const familyOf = (name: MetricName): Family => families.get(name) as Family;

  return {
    count: (name, by = 1, ...labels) => {
      const { values, metric } = familyOf(name);
      const asked = labelText(metric, labels);
      const key = values.has(asked) || values.size < MAX_SERIES ? asked : labelText(metric, []);
      values.set(key, (values.get(key) ?? 0) + by);
    },
    observe: (name, value) => {
      const family = familyOf(name);
      (family.metric.buckets ?? []).forEach((bound, i) => {
        if (value <= bound) family.counts[i] = (family.counts[i] ?? 0) + 1;
      });
      family.sum += value;
      family.count++;
    },
    gauge: (name, read) => void familyOf(name).reads.set("", read),
    counter: (name, read, ...labels) => {
      const { reads, metric } = familyOf(name);
      reads.set(labelText(metric, labels), read);
    },
    part: (name, read) => {
      const { parts } = familyOf(name);
      parts.add(read);
      return () => void parts.delete(read);
    },
    text: () => `${[...families.values()].flatMap(linesOf).join("\n")}\n`,
  };
}

function labelText({ labels = [] }: Metric, values: readonly string[]): string {
  if (labels.length === 0) return "";
  return `{${labels.map((label, i) => `${label}="${escaped(values[i] ?? OTHER)}"`).join(",")}}`;
}

const escaped = (value: string): string =>
  value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");

function linesOf(family: Family): readonly string[] {
  const { name, metric } = family;
  return [`# HELP ${name} ${metric.help}`, `# TYPE ${name} ${metric.type}`, ...samplesOf(family)];
}

function samplesOf(family: Family): readonly string[] {
  const { name, metric, values, reads, parts } = family;
  if (metric.type === "histogram") return histogramLines(family);
  const lines = [...values].map(([labels, value]) => `${name}${labels} ${value}`);
  for (const [labels, read] of reads) {
    const value = valueOf(read);
    if (value !== undefined) lines.push(`${name}${labels} ${value}`);
  }
  if (metric.type === "gauge" && reads.size === 0) {
    let sum = 0;
    for (const read of parts) sum += valueOf(read) ?? 0;
    lines.push(`${name} ${sum}`);
  }
  return lines;
}

/** What a store or a socket of somebody else's answers; whoever asks for all figures gets the others when one fails. */
function valueOf(read: () => number): number | undefined {
  try {
    const value = read();
    return Number.isFinite(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function histogramLines({ name, metric, counts, sum, count }: Family): readonly string[] {
  return [
    ...(metric.buckets ?? []).map((bound, i) => `${name}_bucket{le="${bound}"} ${counts[i] ?? 0}`),
    `${name}_bucket{le="+Inf"} ${count}`,
    `${name}_sum ${sum}`,
    `${name}_count ${count}`,
  ];
}
