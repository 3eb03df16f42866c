import type { ResilientClient } from "../src/client/ResilientClient.ts";

/** What React DevTools shows beside a hook. */
export const describe = ({ state, outbox, tabs }: ResilientClient): object => {
  const now = state.get();
  const { depth, inFlight, saturation } = outbox.state.get();
  return {
    state: now.name,
    reason: "reason" in now ? now.reason : "code" in now ? now.code : undefined,
    depth,
    inFlight,
    saturation,
    role: tabs.get().role,
  };
};
