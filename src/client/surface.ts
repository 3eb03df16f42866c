/** What the layers above (React, facade, replicas) need of the core: they import the client only. */
export { ResilientSocketError } from "../core/errors.ts";
export type { ConnectionState } from "../core/connectionState.ts";
export type { QueueState } from "../core/queueState.ts";
