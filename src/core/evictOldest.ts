import { type Outbox, possiblySent, type Row } from "./outbox.ts";

/** What a full outbox does for a newcomer: takes rows out until it fits or none may go, and returns them. */
export type Overflow = <Tag>(outbox: Outbox<Tag>, fits: () => boolean) => readonly Row<Tag>[];

/** Rows that were never transmitted go, oldest first. */
export const evictOldest: Overflow = (outbox, fits) =>
  outbox
    .rows()
    .filter((row) => !possiblySent(row))
    .sort((a, b) => a.queuedAtMs - b.queuedAtMs)
    .filter((row) => {
      if (fits()) return false;
      outbox.remove(row);
      return true;
    });
