/** What the inspector's props need of the client: the layer above imports this one only. */
export type { ResilientClient } from "../client/ResilientClient.ts";
