import type { OpenBus } from "../../core/ports/tabPorts.ts";
import { systemDice } from "../systemDice.ts";

interface Hearer {
  readonly key: string;
  readonly hear: (text: string) => void;
}

/** Storage events go to other pages only; what is open in this one hears from here. */
const open = new Set<Hearer>();

/** Of what other code writes there nothing is believed; the reader of `message` checks it once more. */
const unwrap = (text: string, me: string): { readonly message: unknown } | null => {
  try {
    const { from, message } = JSON.parse(text) as Record<string, unknown>;
    return typeof from === "string" && from !== me ? { message } : null;
  } catch {
    return null;
  }
};

/**
 * A bus of storage events, for messages that JSON can carry; undefined where there are none (workers). Opening throws where storage
 * is denied, posting when it is full.
 */
export const storageBus = (): OpenBus | undefined => {
  if (typeof document === "undefined") return undefined;
  return (name, hear) => {
    const storage = localStorage;
    const key = `resilient-socket bus ${name}`;
    const me = systemDice.uuid();
    const self: Hearer = {
      key,
      hear: (text) => {
        const heard = open.has(self) && unwrap(text, me);
        if (heard) hear(heard.message);
      },
    };
    // The storage itself is never read: when the event comes, this page may still see the value before it.
    const changed = (event: StorageEvent): void => {
      if (event.key === key && event.newValue !== null) self.hear(event.newValue);
    };
    let posted = 0;
    open.add(self);
    addEventListener("storage", changed);
    return {
      post: (message) => {
        // Numbered, because the same value again would be no event.
        const text = JSON.stringify({ from: me, n: posted++, message });
        storage.setItem(key, text);
        storage.removeItem(key);
        for (const other of open)
          if (other !== self && other.key === key) queueMicrotask(() => other.hear(text));
      },
      close: () => {
        open.delete(self);
        removeEventListener("storage", changed);
      },
    };
  };
};
