import type { Row } from "./lane.ts";
import type { Outbox } from "./outbox.ts";
import type { Settlement } from "./settlement.ts";

/**
 * What a full outbox does for a newcomer of this size: makes room for it with `evict` (undefined: it fits now), lets it wait, or
 * says how it ends.
 */
export type Overflow = <Tag>(
  outbox: Outbox<Tag>,
  bytes: number,
  evict: (row: Row<Tag>) => void,
) => Settlement | "wait" | undefined;

/** The policy `reject`, and the end of all patience. */
export const queueFull: Settlement = { kind: "rejected", code: "QUEUE_FULL", by: "client" };
