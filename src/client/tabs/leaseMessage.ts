import { type LeaseMessage, rankLimit } from "../../core/election/lease.ts";
import { createReader, type Fields, isCount, isName } from "./reader.ts";

const isNamed = ({ id }: Fields): boolean => isName(id);

export const readLeaseMessage = createReader<LeaseMessage>({
  claim: ({ id, waitedMs }) => isName(id) && typeof waitedMs === "number" && waitedMs >= 0,
  held: ({ id, rank }) => isName(id) && isCount(rank) && rank < rankLimit,
  free: isNamed,
  rob: isNamed,
  ask: isNamed,
});
