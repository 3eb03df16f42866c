/** The WebSocket subprotocol both sides name in the handshake. */
export const SUBPROTOCOL = "resilient.v1";

/** `hello.v`; a client ignores unknown frame types when the server's is newer. */
export const PROTOCOL_VERSION = 1;
