import type { ArgTypes } from "@storybook/react-vite";
import { capped, decorrelated, equal, fixed, full, perClient, type Backoff } from "resilient-socket/core";

/** What a reader may turn while a story runs. */
export interface Controls {
  /** One way, in ms. */
  readonly latencyMs: number;
  /** Uniform extra per message, in ms. */
  readonly jitterMs: number;
  /** How often the network drops every connection. */
  readonly cutsPerMinute: number;
  /** Share of events that the server's node never hears of from its store, 0 … 1: the log has to repair them. */
  readonly loss: number;
  readonly backoff: keyof typeof policies;
}

export const policies = {
  "perClient (default)": perClient(),
  full: full(),
  equal: equal(),
  decorrelated: decorrelated(),
  "capped, unjittered at its cap": capped(),
  "fixed 1 s": fixed(1_000),
} satisfies Record<string, Backoff>;

export const defaults: Controls = {
  latencyMs: 40,
  jitterMs: 10,
  cutsPerMinute: 0,
  loss: 0,
  backoff: "perClient (default)",
};

const range = (max: number, step: number) => ({ control: { type: "range" as const, min: 0, max, step } });
const network = (description: string) => ({ description, table: { category: "network" } });

export const argTypes: ArgTypes<Controls> = {
  latencyMs: { ...range(2_000, 10), ...network("One way, in ms.") },
  jitterMs: { ...range(1_000, 10), ...network("Extra per message, in ms; order is kept.") },
  cutsPerMinute: { ...range(30, 1), ...network("How often every connection is cut.") },
  loss: { ...range(1, 0.05), ...network("Share of events that the node never hears of.") },
  backoff: {
    control: "select",
    options: Object.keys(policies),
    description: "Delay before an attempt.",
    table: { category: "client" },
  },
};
