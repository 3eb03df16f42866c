import { ResilientSocketError } from "../core/errors.ts";
import { isPromise } from "./isPromise.ts";
import type { AuthorizeRequest } from "./access.ts";
import type { ResilientServerOptions } from "./options.ts";

/** Answers, throws or rejects as the app's `authorize` does; whoever asks decides what a failure means. */
export interface Rights {
  readonly may: (
    subject: string,
    action: AuthorizeRequest["action"],
    channel: string,
  ) => boolean | Promise<boolean>;
}

/** The one place that asks `authorize`: only `true` is a yes, and without an `authorize` everything is allowed. */
export function createRights({ authorize }: Pick<ResilientServerOptions, "authorize">): Rights {
  if (authorize === undefined) return { may: () => true };
  if (typeof authorize !== "function")
    throw new ResilientSocketError("INVALID_OPTION", "authorize must be a function");
  return {
    may: (subject, action, channel) => {
      const answer: unknown = authorize({ subject, action, channel });
      return isPromise(answer) ? Promise.resolve(answer).then((yes) => yes === true) : answer === true;
    },
  };
}
