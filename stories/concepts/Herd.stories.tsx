import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect } from "storybook/test";
import { policies } from "../stage/controls.ts";
import { herd, lastBackMs, peakWithin } from "./herd.ts";
import { HerdPlot, tallestOf } from "./HerdPlot.tsx";

interface HerdControls {
  readonly clients: number;
  /** How long the server is away, in s. */
  readonly downS: number;
  /** Window of the first retry, in s. */
  readonly spreadS: number;
  readonly policy: keyof typeof policies;
}

const meta: Meta<HerdControls> = {
  title: "Concepts/The herd",
  args: { clients: 400, downS: 6, spreadS: 8, policy: "perClient (default)" },
  argTypes: {
    clients: { control: { type: "range", min: 50, max: 1_000, step: 50 } },
    downS: {
      control: { type: "range", min: 0, max: 20, step: 1 },
      description: "How long the server is away, in s.",
    },
    spreadS: {
      control: { type: "range", min: 0, max: 20, step: 1 },
      description: "Window of the first retry, in s: connections ÷ what the server takes a second.",
    },
    policy: { control: "select", options: Object.keys(policies) },
  },
};
export default meta;

const optionsOf = ({ clients, downS }: HerdControls) => ({ clients, downMs: downS * 1_000 });

export const WithAndWithoutJitter: StoryObj<HerdControls> = {
  render: (args) => {
    const common = optionsOf(args);
    const without = { ...common, policy: policies["fixed 1 s"], spreadMs: 0 };
    const jitter = { ...common, policy: policies[args.policy], spreadMs: 0 };
    const spread = { ...jitter, spreadMs: args.spreadS * 1_000 };
    const tallest = tallestOf(without);
    return (
      <article className="scene">
        <p className="says">
          A server dies and {args.clients} clients lose it in the same instant. Each row is a client, each dot
          an attempt: in vain while the server is away (shaded), filled when it gets in. The bars below are
          what the server sees at a time.
        </p>
        <HerdPlot {...without} tallest={tallest} title="Every second, all together" />
        <HerdPlot {...jitter} tallest={tallest} title={`${args.policy}, no spread`} />
        <HerdPlot
          {...spread}
          tallest={tallest}
          title={`${args.policy}, first retry spread over ${args.spreadS} s`}
        />
      </article>
    );
  },
  play: async ({ args, canvas, step }) => {
    const common = optionsOf(args);
    const without = herd({ ...common, policy: policies["fixed 1 s"], spreadMs: 0 });
    const jitter = herd({ ...common, policy: policies[args.policy], spreadMs: 0 });
    const spread = herd({ ...common, policy: policies[args.policy], spreadMs: args.spreadS * 1_000 });
    await step("without jitter everybody comes in the same millisecond", async () => {
      await expect(new Set(without.map(({ atMs }) => atMs)).size).toBe(without.length / args.clients);
      await expect(peakWithin(100, without)).toBe(args.clients);
    });
    await step("jitter alone spreads the later attempts and not the first", async () => {
      const first = jitter.filter(({ atMs }) => atMs < 1_000);
      await expect(first.length).toBeGreaterThan(args.clients);
    });
    await step("with the spread the worst moment is a fraction of that", async () => {
      await expect(peakWithin(100, spread)).toBeLessThan(peakWithin(100, jitter) / 2);
      await expect(lastBackMs(spread)).toBeLessThan(30_000);
    });
    await expect(canvas.getAllByRole("img")).toHaveLength(3);
  },
};
