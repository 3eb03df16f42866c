import type { CloseAdvice } from "../../core/closePolicy.ts";
import { invalidSeq } from "../../protocol/closeCodes.ts";
import type { Seen } from "./lastSeen.ts";
import type { PlainOptions } from "./options.ts";

const ends: Readonly<Record<"failed" | "sign-in" | "update-app", CloseAdvice["verdict"]>> = {
  failed: ["CLOSED_BY_SERVER", "manual"],
  "sign-in": ["UNAUTHORISED", "sign-in"],
  "update-app": ["VERSION_UNSUPPORTED", "update-app"],
};

/** What a close means, in the app's words or the source texts'; undefined: what it always means. */
export const judgeClose = (
  said: ReturnType<NonNullable<PlainOptions["classifyClose"]>>,
  seen: Seen,
  code: number,
  reason: string,
): CloseAdvice["verdict"] => {
  const refused = code === invalidSeq && reason === "INVALID_SEQ";
  if (!said && refused && seen.last === undefined) return [reason, "manual"];
  if (said === "forget" || (!said && refused)) {
    seen.forget(reason);
    return "retry";
  }
  return said && (said === "retry" ? said : ends[said]);
};
