/** What a server sends in one delta or snapshot message, in bytes, unless the client asks for less: between these two (P4.12). */
export const MAX_CHUNK_BYTES = 32 * 1024;
export const MIN_CHUNK_BYTES = 1024;
/** UTF-8 bytes of all WebSocket messages that a server reads on one socket before it knows who speaks (P3.3). */
export const MAX_BYTES_BEFORE_AUTH = 16 * 1024;
