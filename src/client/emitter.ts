import { describeError } from "../core/describeError.ts";
import type { ClientEvents } from "./ResilientClient.ts";
import { ResilientSocketError } from "../core/errors.ts";
import { createListeners, type Listeners } from "./createListeners.ts";

export interface Emitter {
  readonly on: <K extends keyof ClientEvents>(
    type: K,
    handler: (event: ClientEvents[K]) => void,
  ) => () => void;
  readonly emit: <K extends keyof ClientEvents>(type: K, event: ClientEvents[K]) => void;
  /** For what a handler of the app threw. */
  readonly report: (error: unknown) => void;
}

export const createEmitter = (): Emitter => {
  const heard = new Map<keyof ClientEvents, Listeners<[never]>>();
  const emit: Emitter["emit"] = (type, event) => heard.get(type)?.notify(event as never);
  const report = (cause: unknown): void =>
    emit("error", new ResilientSocketError("HANDLER_THREW", describeError(cause), cause));
  return {
    emit,
    report,
    on: (type, handler) => {
      // An `error` handler that throws must not be told about itself.
      const listeners = heard.get(type) ?? createListeners(type === "error" ? () => undefined : report);
      heard.set(type, listeners);
      return listeners.add(handler);
    },
  };
};
