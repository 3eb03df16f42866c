import type { ResilientClient } from "resilient-socket/core";

type Watched = Pick<ResilientClient, "state" | "outbox">;

/** For `stage.until`: all of them are connected. */
export const connected =
  (...clients: readonly Watched[]) =>
  (): boolean =>
    clients.every(({ state }) => state.get().name === "connected");

/** For `stage.until`: nothing of theirs is unsettled. */
export const settled =
  (...clients: readonly Watched[]) =>
  (): boolean =>
    clients.every(({ outbox }) => outbox.state.get().depth === 0);
