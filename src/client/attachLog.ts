import type { Emitter } from "./emitter.ts";
import type { ClientLogger } from "./options.ts";

/** What a server chose is printable and short in a log. */
const word = (text: string | undefined): string | undefined =>
  text?.slice(0, 64).replace(/[^\x20-\x7e]/g, "?");

/** The log will not have it, or nobody knows; a `volatile` message is free to go. */
const missing = /^(evicted|uncertain|rejected (?!NOT_CONNECTED|CONGESTED))/;

/** What `TRANSITION` tells of a state besides its name. */
interface Details {
  readonly attempt?: number;
  readonly reason?: string;
  readonly code?: string;
  readonly lastError?: { readonly code: string } | null;
}

/** Tells the logger what happens; the codes are listed at `ClientLogger`. Texts of errors stay out: they may hold what an app said. */
export const attachLog = (logger: ClientLogger, { on }: Emitter): void => {
  on("transition", ({ from, to, event }) => {
    const { attempt, reason, lastError, code = lastError?.code } = to as Details;
    logger("info", "TRANSITION", { from: from.name, to: to.name, reason, code, event, attempt });
  });
  on("continuity", ({ channel, result, missed, reason }) =>
    logger(result === "kept" || result === "replayed" ? "debug" : "warn", "CONTINUITY", {
      channel,
      result,
      missed,
      reason: word(reason),
    }),
  );
  on("settled", ({ channel, settlement }) => {
    const { kind, code } = settlement as { readonly kind: string; readonly code?: string };
    logger(missing.test(`${kind} ${code}`) ? "warn" : "debug", "SETTLED", {
      channel,
      kind,
      code: word(code),
    });
  });
  on("lost", (lost) => logger("warn", "ROLLED_BACK", lost));
  on("anomaly", ({ kind }) => logger("warn", "ANOMALY", { kind: word(kind) }));
  on("error", ({ code }) => logger("error", code, {}));
};
