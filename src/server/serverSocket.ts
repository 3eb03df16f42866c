/** One accepted WebSocket, whatever library it comes from. */
export interface ServerSocket {
  readonly send: (text: string) => void;
  readonly close: (code: number, reason: string) => void;
  /** Cuts the connection without a close handshake. */
  readonly terminate: () => void;
  readonly bufferedBytes: () => number;
}

/** What the adapter tells the server about an accepted socket. */
export interface ServerSocketEvents {
  readonly received: (data: string | Uint8Array) => void;
  readonly closed: () => void;
}
