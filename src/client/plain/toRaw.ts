import type { RawData } from "../../core/ports.ts";

/**
 * What a WebSocket takes, out of what an app answered: views and buffers as a copy, since they may change while they wait. Undefined
 * for anything else: a number that became a buffer of that length once sent a stranger's memory (CVE-2016-10518).
 */
export const toRaw = (data: unknown): RawData | undefined => {
  if (typeof data === "string" || data instanceof Blob) return data;
  if (data instanceof ArrayBuffer) return data.slice(0);
  if (!ArrayBuffer.isView(data)) return undefined;
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice().buffer;
};
