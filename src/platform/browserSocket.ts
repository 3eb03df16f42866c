import type { OpenSocket } from "../core/ports.ts";

/** The WebSocket of browsers, workers and Node ≥ 22, or any class of the same shape. */
export const browserSocket =
  (WebSocketClass: typeof WebSocket = WebSocket): OpenSocket =>
  (url, protocols, events) => {
    const socket = new WebSocketClass(url, [...protocols]);
    socket.binaryType = "arraybuffer";
    let over = false;
    const opened = (): void => events.opened();
    const received = ({ data }: MessageEvent<string | ArrayBuffer>): void => events.received(data);
    // `error` says nothing that `close` does not say after it, but Node's and mocks' throw without a listener.
    const failed = (): void => undefined;
    const closed = ({ code, reason, wasClean }: CloseEvent): void => {
      detach();
      events.closed({ code, reason, wasClean });
    };
    const detach = (): void => {
      over = true;
      socket.removeEventListener("open", opened);
      socket.removeEventListener("message", received);
      socket.removeEventListener("close", closed);
    };
    socket.addEventListener("open", opened);
    socket.addEventListener("message", received);
    socket.addEventListener("error", failed);
    socket.addEventListener("close", closed);
    const close = (code: number, reason: string): void => {
      try {
        socket.close(code, reason);
      } catch {
        socket.close();
      }
    };
    return {
      close,
      abandon: (code, reason) => {
        if (over) return;
        detach();
        close(code, reason);
      },
      send: (data) => {
        // A closing socket takes data silently and drops it.
        if (socket.readyState !== 1) throw new Error("the socket is not open");
        socket.send(data);
      },
      bufferedBytes: () => socket.bufferedAmount,
    };
  };
