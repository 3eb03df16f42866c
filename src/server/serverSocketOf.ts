import type { WebSocket } from "ws";
import type { ServerSocket } from "./serverSocket.ts";

const OPEN = 1;

/** A socket of the `ws` package as the server wants it. Late calls on a closed one do nothing. */
export const serverSocketOf = (ws: WebSocket): ServerSocket => ({
  send: (text) => {
    if (ws.readyState === OPEN) ws.send(text);
  },
  close: (code, reason) => {
    if (ws.readyState === OPEN) ws.close(code, reason);
  },
  terminate: () => ws.terminate(),
  bufferedBytes: () => ws.bufferedAmount,
});
