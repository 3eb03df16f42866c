import type { Lane, Row } from "../core/lane.ts";
import type { Outbox } from "../core/outbox.ts";
import type { ReceiptHandle } from "./createReceipt.ts";

/** A message of the client's outbox: the owner hangs its receipt on it. */
export type QueuedRow = Row<ReceiptHandle>;
export type QueuedLane = Lane<ReceiptHandle>;
export type QueuedOutbox = Outbox<ReceiptHandle>;
/** What is told when it settles. */
export type Settling = Pick<QueuedRow, "id" | "channel" | "tag">;
