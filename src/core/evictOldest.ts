import { type Lane, possiblySent, type Row } from "./lane.ts";
import type { Overflow } from "./overflow.ts";

/** Rows that were never transmitted go, oldest first; where even all of them would not make room, the newcomer goes alone. */
export const evictOldest: Overflow = (outbox, bytes, evict) => {
  while (!outbox.fits(bytes)) {
    const { oldest, kept, keptBytes } = survey(outbox.lanes);
    if (!oldest || !outbox.fits(bytes, kept, keptBytes)) return { kind: "evicted" };
    evict(oldest);
  }
  return undefined;
};

/** The oldest row that may go, and what may not. Within a lane, what was possibly transmitted stands first. */
const survey = <Tag>(lanes: Iterable<Lane<Tag>>) => {
  let oldest: Row<Tag> | undefined;
  let kept = 0;
  let keptBytes = 0;
  for (const { rows } of lanes)
    for (const row of rows.values()) {
      if (row.leaving) continue;
      if (!possiblySent(row)) {
        if (!oldest || row.queuedAtMs < oldest.queuedAtMs) oldest = row;
        break;
      }
      kept++;
      keptBytes += row.bytes;
    }
  return { oldest, kept, keptBytes };
};
