import type { ClientEvents } from "./ResilientClient.ts";
import { ResilientSocketError } from "../core/errors.ts";
import { notifyAll } from "./notifyAll.ts";

export interface Emitter {
  readonly on: <K extends keyof ClientEvents>(
    type: K,
    handler: (event: ClientEvents[K]) => void,
  ) => () => void;
  readonly emit: <K extends keyof ClientEvents>(type: K, event: ClientEvents[K]) => void;
  /** For what a handler of the app threw. */
  readonly report: (error: unknown) => void;
}

type Handlers = Map<keyof ClientEvents, Set<(event: never) => void>>;

export const createEmitter = (): Emitter => {
  const handlers: Handlers = new Map();
  const emit: Emitter["emit"] = (type, event) => {
    const heard = handlers.get(type);
    // An `error` handler that throws must not be told about itself.
    if (heard)
      notifyAll(heard as Set<(event: unknown) => void>, type === "error" ? () => undefined : report, event);
  };
  const report = (cause: unknown): void =>
    emit("error", new ResilientSocketError("HANDLER_THREW", String(cause), cause));
  return {
    emit,
    report,
    on: (type, handler) => {
      const entry = (event: never): void => handler(event);
      const heard = handlers.get(type) ?? new Set();
      handlers.set(type, heard.add(entry));
      return () => {
        heard.delete(entry);
      };
    },
  };
};
