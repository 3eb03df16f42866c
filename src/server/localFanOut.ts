import type { FanOut } from "./store/LogStore.ts";

/** The fan-out of a server that is alone: nothing can be lost between one node and itself. */
export function localFanOut(): FanOut {
  const listeners = new Set<Parameters<FanOut["subscribe"]>[0]>();
  return {
    publish: (events) => {
      for (const hear of listeners) hear(events);
    },
    subscribe: (hear) => {
      listeners.add(hear);
      return () => listeners.delete(hear);
    },
  };
}
