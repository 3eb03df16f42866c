/** UTF-8 bytes of all WebSocket messages that a server reads on one socket before it knows who speaks (P3.3). */
export const MAX_BYTES_BEFORE_AUTH = 16 * 1024;
