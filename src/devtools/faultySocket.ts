/** A socket that breaks when told, in place of a client's own: nothing beyond this client notices. */
import type { Inspection } from "../client/inspection.ts";
import type { Clock, OpenSocket, RawData, Socket, SocketEvents } from "../client/machineTable.ts";

export interface Faults {
  /** Each way, in ms. */
  readonly latencyMs: number;
  /** Nothing passes and nobody is told. */
  readonly silent: boolean;
  /** No socket can be opened. */
  readonly refusing: boolean;
}

export interface FaultySocket {
  readonly open: OpenSocket;
  readonly faults: () => Faults;
  readonly change: (change: Partial<Faults>) => void;
  /** Resets every socket that is open. */
  readonly cut: () => void;
  /** The server seems to say this. */
  readonly say: (data: RawData) => void;
}

const none: Faults = { latencyMs: 0, silent: false, refusing: false };

/** Things on their way, in order: each takes the latency of when it set out, and none overtakes. */
interface Way {
  readonly push: (arrive: () => void) => void;
  /** After a silence. */
  readonly flush: () => void;
  readonly end: () => void;
}

const createWay = (clock: Clock, faults: () => Faults): Way => {
  const waiting: { readonly dueMs: number; readonly arrive: () => void }[] = [];
  let cancel: (() => void) | undefined;
  const flush = (): void => {
    cancel?.();
    cancel = undefined;
    for (let next = waiting[0]; next && !faults().silent; next = waiting[0]) {
      const leftMs = next.dueMs - clock.nowMs();
      if (leftMs > 0) {
        cancel = clock.after(leftMs, flush);
        return;
      }
      waiting.shift();
      next.arrive();
    }
  };
  return {
    push: (arrive) => {
      waiting.push({ dueMs: clock.nowMs() + faults().latencyMs, arrive });
      if (!cancel) flush();
    },
    flush,
    end: () => {
      cancel?.();
      cancel = undefined;
      waiting.length = 0;
    },
  };
};

interface Line {
  readonly flush: () => void;
  readonly cut: () => void;
  readonly events: SocketEvents;
}

export const createFaultySocket = (clock: Clock, openReal: OpenSocket): FaultySocket => {
  const lines = new Set<Line>();
  let faults = none;

  const open: OpenSocket = (url, protocols, events, binaryType) => {
    if (faults.refusing) {
      const cancel = clock.after(0, () => events.closed({ code: 1006, reason: "", wasClean: false }));
      return { send: () => undefined, close: cancel, abandon: cancel, bufferedBytes: () => 0 };
    }
    const up = createWay(clock, () => faults);
    const down = createWay(clock, () => faults);
    const end = (): void => {
      lines.delete(line);
      up.end();
      down.end();
    };
    const real: Socket = openReal(
      url,
      protocols,
      {
        opened: () => down.push(events.opened),
        received: (data) => down.push(() => events.received(data)),
        closed: (close) =>
          down.push(() => {
            end();
            events.closed(close);
          }),
      },
      binaryType,
    );
    const line: Line = {
      events,
      flush: () => {
        up.flush();
        down.flush();
      },
      cut: () => {
        end();
        real.abandon(1000, "");
        events.closed({ code: 1006, reason: "", wasClean: false });
      },
    };
    lines.add(line);
    return {
      send: (data) =>
        up.push(() => {
          try {
            real.send(data);
          } catch {
            line.cut();
          }
        }),
      close: real.close,
      abandon: (code, reason) => {
        end();
        real.abandon(code, reason);
      },
      bufferedBytes: real.bufferedBytes,
    };
  };

  return {
    open,
    faults: () => faults,
    change: (change) => {
      faults = { ...faults, ...change };
      for (const line of [...lines]) line.flush();
    },
    cut: () => {
      for (const line of [...lines]) line.cut();
    },
    say: (data) => {
      for (const { events } of [...lines]) events.received(data);
    },
  };
};

const installed = new WeakMap<Inspection["ports"], FaultySocket>();

/** The client's, put in at the first call; its next dial goes through it. */
export const faultySocketOf = ({ ports }: Inspection): FaultySocket => {
  const known = installed.get(ports);
  if (known) return known;
  const faulty = createFaultySocket(ports.clock, ports.socket);
  installed.set(ports, faulty);
  ports.socket = faulty.open;
  return faulty;
};

export const hasFaultySocket = ({ ports }: Inspection): boolean => installed.has(ports);
