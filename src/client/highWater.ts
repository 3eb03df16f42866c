/** Stop feeding the socket here: a heartbeat must not wait behind bulk, and what is still in the outbox can be withdrawn. */
export const highWaterBytes = 512 * 1024;
/** How soon to look again, in ms. */
export const drainCheckMs = 50;
