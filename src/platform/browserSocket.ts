import type { OpenSocket, RawData } from "../core/ports.ts";

/** The WebSocket of browsers, workers and Node ≥ 22, or any class of the same shape. */
export const browserSocket =
  (WebSocketClass: typeof WebSocket = WebSocket): OpenSocket =>
  (url, protocols, events, binaryType = "arraybuffer") => {
    const socket = new WebSocketClass(url, [...protocols]);
    socket.binaryType = binaryType;
    const detach = (): void => {
      socket.onopen = socket.onmessage = socket.onclose = null;
    };
    socket.onopen = () => events.opened();
    socket.onmessage = ({ data }: MessageEvent<RawData>) => events.received(data);
    // It says nothing that `close` does not say after it, but Node's and mocks' throw without a listener.
    socket.onerror = () => undefined;
    socket.onclose = (close) => {
      detach();
      events.closed(close);
    };
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
