import type { FanOut, LogEvent } from "../server/store/LogStore.ts";
import type { SeededDice } from "./seededDice.ts";

/** Tells every node, or does not: seq and tail must reveal what it lost. */
export const lossyFanOut = (dice: SeededDice, loss: () => number): FanOut => {
  const hearers = new Set<(events: readonly LogEvent[]) => void>();
  return {
    publish: (events) => {
      for (const hear of hearers) if (!dice.chance(loss())) hear(events);
    },
    subscribe: (hear) => {
      hearers.add(hear);
      return () => void hearers.delete(hear);
    },
  };
};
