import { describeError } from "../core/describeError.ts";
import type { Ports, RawData, Socket } from "../core/ports.ts";

export interface TransportEvents {
  readonly opened: () => void;
  readonly received: (data: RawData) => void;
  readonly lost: (code: number, text: string) => void;
}

export interface Transport {
  readonly open: (url: string, protocols: readonly string[], binaryType?: "arraybuffer" | "blob") => void;
  /** Nothing is heard from the socket afterwards. No-op without one. */
  readonly close: (code: number, reason: string) => void;
  /** False: not sent, and the socket is lost. */
  readonly send: (data: RawData) => boolean;
  readonly bufferedBytes: () => number;
  /** When anything was last received, or the socket opened. */
  readonly receivedAtMs: () => number;
}

/** At most one socket. The one place where late events of a replaced socket are dropped. */
export const createTransport = (
  ports: Pick<Ports, "socket" | "clock">,
  events: TransportEvents,
): Transport => {
  const { clock } = ports;
  let socket: Socket | null = null;
  let current = 0;
  let receivedAtMs = 0;

  const lose = (code: number, text: string): void => {
    current++;
    socket = null;
    events.lost(code, text);
  };
  const close: Transport["close"] = (code, reason) => {
    current++;
    const stale = socket;
    socket = null;
    stale?.abandon(code, reason);
  };

  return {
    close,
    open: (url, protocols, binaryType) => {
      close(1000, "");
      const id = current;
      const ifCurrent =
        <A extends readonly unknown[]>(task: (...args: A) => void) =>
        (...args: A): void => {
          if (id === current) task(...args);
        };
      try {
        socket = ports.socket(
          url,
          protocols,
          {
            opened: ifCurrent(() => {
              receivedAtMs = clock.nowMs();
              events.opened();
            }),
            received: ifCurrent((data: RawData) => {
              receivedAtMs = clock.nowMs();
              events.received(data);
            }),
            closed: ifCurrent(({ code, reason }: { code: number; reason: string }) => lose(code, reason)),
          },
          binaryType,
        );
      } catch (error) {
        // Its query may be a secret.
        lose(0, describeError(error).split(url).join("the url"));
      }
    },
    send: (data) => {
      if (!socket) return false;
      try {
        socket.send(data);
        return true;
      } catch (error) {
        close(1000, "");
        lose(1006, describeError(error));
        return false;
      }
    },
    bufferedBytes: () => socket?.bufferedBytes() ?? 0,
    receivedAtMs: () => receivedAtMs,
  };
};
