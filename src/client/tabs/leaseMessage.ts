import { type LeaseMessage, rankLimit } from "../../core/election/lease.ts";

const isId = (value: unknown): value is string => typeof value === "string" && value.length <= 64;

/** Null for what says nothing about a lease: other apps of the origin may post anything. */
export const readLeaseMessage = (value: unknown): LeaseMessage | null => {
  if (typeof value !== "object" || value === null) return null;
  const { t, id, rank, waitedMs } = value as Record<string, unknown>;
  if (!isId(id)) return null;
  switch (t) {
    case "claim":
      return typeof waitedMs === "number" && waitedMs >= 0 ? { t, id, waitedMs } : null;
    case "held":
      return Number.isInteger(rank) && (rank as number) >= 0 && (rank as number) < rankLimit
        ? { t, id, rank: rank as number }
        : null;
    case "free":
    case "ask":
      return { t, id };
    default:
      return null;
  }
};
