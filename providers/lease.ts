import type { ResilientClient } from "../src/client/ResilientClient.ts";

/** When a provider dials: with itself, at the first use of the connection, or when the app calls `connect()`. */
export type Connect = "mount" | "demand" | "manual";

/** What a provider shows of its client, and how it holds the connection for as long as it is mounted. */
export interface Lease {
  readonly client: ResilientClient;
  /** Returns the release. */
  readonly hold: () => () => void;
}

/** Asking for something to come or go is demand; looking at a store is not. */
const demands = ["send", "subscribe", "messages", "backlog", "history", "request"] as const;

export const createLease = (client: ResilientClient, connect: Connect): Lease => {
  if (connect === "mount") return { client, hold: client.retain };
  let isWanted = false;
  let release: (() => void) | undefined;
  let isHeld = false;
  /** Children use the client before the provider's effect runs. */
  const want = (): void => {
    isWanted = true;
    if (!isHeld || release) return;
    // Dialling is a transition, which is heard below.
    release = () => undefined;
    release = client.retain();
  };
  const asked = demands.flatMap((name) => {
    const call = (
      client as unknown as Readonly<Record<string, ((...input: never[]) => unknown) | undefined>>
    )[name];
    return call
      ? [
          [
            name,
            (...input: never[]) => {
              want();
              return call(...input);
            },
          ],
        ]
      : [];
  });
  return {
    client:
      connect === "demand"
        ? { ...client, ...(Object.fromEntries(asked) as Partial<ResilientClient>) }
        : client,
    hold: () => {
      isHeld = true;
      // The app's own `connect()` begins it too, so that unmounting closes that connection.
      const look = (): void => {
        if (client.state.get().name !== "disconnected") want();
      };
      const unsubscribe = client.state.subscribe(look);
      if (isWanted) want();
      look();
      return () => {
        isHeld = false;
        unsubscribe();
        release?.();
        release = undefined;
      };
    },
  };
};
