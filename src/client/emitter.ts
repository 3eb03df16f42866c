import { describeError } from "../core/describeError.ts";
import type { ClientEvents } from "./ResilientClient.ts";
import { ResilientSocketError } from "../core/errors.ts";
import { createListeners, type Listeners } from "./createListeners.ts";
import type { StoredRow } from "../core/ports/outboxStorage.ts";
import type { Message } from "./message.ts";
import type { QueuedRow } from "./queuedRow.ts";
import type { Turn } from "./runMachine.ts";

/** Beside what an app can hear: what an inspector listens to while it is open. */
interface Heard extends ClientEvents {
  readonly turned: Turn;
  readonly queued: QueuedRow;
  /** One transaction wrote them. */
  readonly stored: readonly StoredRow[];
  readonly transmitted: QueuedRow;
  readonly delivered: Message;
}

export interface Emitter {
  readonly on: <K extends keyof Heard>(type: K, handler: (event: Heard[K]) => void) => () => void;
  readonly emit: <K extends keyof Heard>(type: K, event: Heard[K]) => void;
  /** For what a handler of the app threw. */
  readonly report: (error: unknown) => void;
}

export const createEmitter = (): Emitter => {
  const heard = new Map<keyof Heard, Listeners<[never]>>();
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
