import type { Clock } from "../core/ports.ts";
import { type ClientStats, clientCounters, clientHistograms } from "../protocol/stats.ts";
import { type MetricName, metricNames } from "../telemetry/metricNames.ts";
import type { Metrics } from "./metrics.ts";
import { createShare } from "./share.ts";
import { createTokens } from "./tokens.ts";

/** What clients count, added up. Whatever a report says, it moves nothing but these figures, and no figure by much. */
export interface ClientFigures {
  readonly connection: () => ClientReports;
}

/** The reports of one connection. */
export interface ClientReports {
  readonly told: (stats: ClientStats | undefined) => void;
  readonly stop: () => void;
}

/** A client tells at most once a minute, and once more when it resumes. */
const REPORTS = { perSecond: 1 / 50, burst: 3 };
/** No tab does anything a million times between two reports, keeps so many messages, or waits for longer than a day. */
const MOST = 1_000_000;
const LONGEST_SECONDS = 86_400;

export function createClientFigures(
  metrics: Pick<Metrics, "count" | "observe" | "gauge" | "part">,
  clock: Pick<Clock, "nowMs">,
): ClientFigures {
  const flushed = createShare(clock);
  metrics.gauge(metricNames.flushSuccess, () => flushed.lately() ?? 1);

  const drop = () => metrics.count(metricNames.figuresDropped);

  const countOne = (key: string, value: number) => {
    const [name = "", ...labels] = key.split("|");
    const rules = Object.hasOwn(clientCounters, name) ? Object.values(clientCounters[name] ?? {}) : undefined;
    if (rules?.length !== labels.length || !rules.every((rule, i) => rule.test(labels[i] ?? "")))
      return drop();
    const count = clamp(Math.floor(value), MOST);
    metrics.count(name as MetricName, count, ...labels);
    if (name === metricNames.flushed) flushed.add(labels[0] === "acked", count);
  };

  const observeAll = (name: string, values: readonly number[]) => {
    if (!clientHistograms.includes(name)) return drop();
    for (const value of values) metrics.observe(name as MetricName, clamp(value, LONGEST_SECONDS));
  };

  return {
    connection: () => {
      const tokens = createTokens(REPORTS, clock);
      let depth = 0;
      const stop = metrics.part(metricNames.queueDepth, () => depth);
      return {
        stop,
        told: (stats) => {
          if (!stats) return;
          if (tokens.waitMs(1) > 0) return metrics.count(metricNames.reports, 1, "refused");
          tokens.take(1);
          metrics.count(metricNames.reports, 1, "taken");
          depth = clamp(Math.floor(stats.depth ?? depth), MOST);
          for (const [key, value] of Object.entries(stats.counts)) countOne(key, value);
          for (const [name, values] of Object.entries(stats.observed)) observeAll(name, values);
        },
      };
    },
  };
}

const clamp = (value: number, most: number): number => Math.min(Math.max(0, value), most);
