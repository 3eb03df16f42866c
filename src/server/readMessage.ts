import { utf8Bytes } from "../core/utf8Bytes.ts";
import * as closeCodes from "../protocol/closeCodes.ts";
import { type DecodedClient, decodeClientFrame } from "../protocol/decodeClientFrame.ts";
import { invalidSeq, protocolError, type Refusal } from "./refusal.ts";

/** A WebSocket message as text that may be read, or why not. */
export function textOf(data: string | Uint8Array, maxBytes: number): string | Refusal {
  if (typeof data !== "string") return protocolError("BINARY");
  if (isTooLong(data, maxBytes)) return { code: "TOO_LARGE", close: closeCodes.tooLarge, retriable: true };
  return data;
}

/** What it says, or why nothing of it is carried out. */
export function framesOf(text: string): Extract<DecodedClient, { ok: true }> | Refusal {
  const decoded = decodeClientFrame(text);
  if (decoded.ok) return decoded;
  const { code, ref } = decoded;
  return code === "INVALID_SEQ" ? invalidSeq(ref) : protocolError(code, ref);
}

/** UTF-8 bytes, counted only when the text could exceed the limit at all. */
const isTooLong = (text: string, maxBytes: number): boolean =>
  text.length > maxBytes || (text.length * 3 > maxBytes && utf8Bytes(text) > maxBytes);
