import { type LeaseMessage, rankLimit } from "../../core/election/lease.ts";
import { isCount, type Shape } from "../../protocol/shape.ts";
import { createReader, isId } from "./reader.ts";

const isIdd = ({ id }: Shape): boolean => isId(id);

export const readLeaseMessage = createReader<LeaseMessage>({
  claim: ({ id, waitedMs }) => isId(id) && typeof waitedMs === "number" && waitedMs >= 0,
  held: ({ id, rank }) => isId(id) && isCount(rank) && rank < rankLimit,
  free: isIdd,
  rob: isIdd,
  ask: isIdd,
});
