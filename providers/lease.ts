import type { ResilientClient } from "../src/client/ResilientClient.ts";

/** When a provider dials. */
export type Connect = "mount" | "demand" | "manual";

/**
 * Holds the connection for as long as a provider is mounted; returns the release. On `mount` that dials, on `demand` when there is
 * something to do; on `manual` it begins with the app's own `connect()`, so that unmounting closes that connection too.
 */
export const lease = (client: ResilientClient, connect: Connect): (() => void) => {
  if (connect !== "manual") return connect === "demand" ? client.retain(connect) : client.retain();
  let release: (() => void) | undefined;
  const hold = (): void => {
    if (client.state.get().name !== "disconnected") release ??= client.retain();
  };
  const unsubscribe = client.state.subscribe(hold);
  hold();
  return () => {
    unsubscribe();
    release?.();
  };
};
