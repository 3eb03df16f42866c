import type { ResilientClient } from "../src/client/ResilientClient.ts";
import type { Store } from "../src/client/store.ts";

/** Whether `send` would take a message now. */
export const acceptanceOf = ({ state, outbox }: ResilientClient): Store<boolean> => ({
  get: () => {
    const now = state.get();
    const over = now.name === "failed" || (now.name === "disconnected" && now.reason === "disposed");
    return !over && outbox.state.get().saturation < 1;
  },
  getServer: () => false,
  subscribe: (listener) => {
    const leave = [state, outbox.state].map(({ subscribe }) => subscribe(listener));
    return () => leave.forEach((stop) => stop());
  },
});
