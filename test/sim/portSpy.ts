import type { TransportEvents } from "../../src/client/transport.ts";
import { resources } from "../../src/core/machine/resources.ts";
import type { State } from "../../src/core/machine/state.ts";
import type { Clock, OpenSocket } from "../../src/core/ports.ts";

/** What one client holds of the outside world right now. */
export interface Held {
  readonly timers: Set<{ readonly name: string }>;
  readonly signals: Set<{ readonly kind: string; readonly signal: AbortSignal }>;
  readonly sockets: Set<object>;
  /** Asks for tokens, or for the place to dial. */
  asks: { readonly token: boolean; readonly url: boolean };
  /** Calls of this client that run now. */
  depth: number;
  /** Called when the last of them returned. */
  returned: () => void;
}

const held = new Map<Clock, Held>();
/** Whose code runs; clients are created and run one at a time. */
let active: Held | undefined;

export const heldOf = (clock: Clock): Held => {
  const known = held.get(clock) ?? {
    timers: new Set(),
    signals: new Set(),
    sockets: new Set(),
    asks: { token: false, url: false },
    depth: 0,
    returned: () => undefined,
  };
  held.set(clock, known);
  return known;
};

/** The client's that was made last. */
export const newestHeld = (): Held => [...held.values()].at(-1)!;
export const forgetAll = (): void => held.clear();

/** Runs `task` in the name of the client. */
export const as = <T>(mine: Held, task: () => T): T => {
  const before = active;
  active = mine;
  mine.depth++;
  try {
    return task();
  } finally {
    active = before;
    if (!--mine.depth) mine.returned();
  }
};

/** A clock whose timers are known by the name that arms them. */
export const namedTimers = (
  clock: Clock,
): { readonly clock: Clock; readonly name: (name: string) => void } => {
  const mine = heldOf(clock);
  let naming = "";
  return {
    name: (name) => void (naming = name),
    clock: {
      ...clock,
      after: (delayMs, task) => {
        const entry = { name: naming };
        mine.timers.add(entry);
        const cancel = clock.after(delayMs, () => {
          mine.timers.delete(entry);
          as(mine, task);
        });
        return () => {
          mine.timers.delete(entry);
          cancel();
        };
      },
    },
  };
};

/** A way to open sockets that knows which were neither closed nor abandoned. */
export const knownSockets =
  (connect: OpenSocket, clock: Clock): OpenSocket =>
  (url, protocols, events) => {
    const mine = heldOf(clock);
    const token = {};
    mine.sockets.add(token);
    try {
      const socket = connect(url, protocols, {
        ...events,
        closed: (close) => {
          mine.sockets.delete(token);
          events.closed(close);
        },
      });
      return {
        ...socket,
        abandon: (code, reason) => {
          mine.sockets.delete(token);
          socket.abandon(code, reason);
        },
      };
    } catch (error) {
      mine.sockets.delete(token);
      throw error;
    }
  };

export const activeEvents = (events: TransportEvents, clock: Clock): TransportEvents => {
  const mine = heldOf(clock);
  return {
    opened: () => as(mine, events.opened),
    received: (data) => as(mine, () => events.received(data)),
    lost: (code, text) => as(mine, () => events.lost(code, text)),
  };
};

const kinds: readonly (readonly [file: string, kind: string])[] = [
  ["client/runMachine", "state"],
  ["client/createConnection", "socket"],
  ["client/resilient/drive", "token"],
];

/** Makes the controllers of a client known; returns the removal. */
export const watchSignals = (): (() => void) => {
  const real = globalThis.AbortController;
  globalThis.AbortController = class extends real {
    constructor() {
      super();
      const stack = new Error().stack ?? "";
      const kind = kinds.find(([file]) => stack.split("\n").slice(2, 4).join().includes(file))?.[1];
      if (kind && active) active.signals.add({ kind, signal: this.signal });
    }
  };
  return () => void (globalThis.AbortController = real);
};

/** What differs from the table; `null` when everything is as declared. */
export const misheld = (mine: Held, state: State): string | null => {
  const { timers: may, lasting, signals: declared, socket } = resources[state.name];
  const timers = [...mine.timers].map(({ name }) => name).filter((name) => name !== "linger");
  for (const one of mine.signals) if (one.signal.aborted) mine.signals.delete(one);
  const signals = [...mine.signals].map(({ kind }) => kind).sort();
  const expected = declared.filter((kind) => kind !== "token" || mine.asks.token).sort();
  /** The attempt begins with the question where to. */
  const isFinding = mine.asks.url && state.name === "connecting";
  const problems = [
    ...timers
      .filter((name) => !(may as readonly string[]).includes(name))
      .map((name) => `timer ${name} lives`),
    ...lasting.filter((name) => !timers.includes(name)).map((name) => `timer ${name} does not live`),
    ...(new Set(timers).size < timers.length ? [`timers ${timers.join()}`] : []),
    ...(signals.join() === expected.join()
      ? []
      : [`signals ${signals.join()} instead of ${expected.join()}`]),
    ...(mine.sockets.size === Number(socket) || (isFinding && !mine.sockets.size)
      ? []
      : [`${mine.sockets.size} sockets`]),
  ];
  return problems.length ? `${state.name}: ${problems.join("; ")}` : null;
};
