import type { ResilientClient } from "../src/client/ResilientClient.ts";

/**
 * Holds the connection for as long as a provider is mounted; returns the release. On `mount` that dials; on `manual` it
 * begins with the app's own `connect()`, so that unmounting closes that connection too.
 */
export const lease = (client: ResilientClient, connect: "mount" | "manual"): (() => void) => {
  if (connect === "mount") return client.retain();
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
