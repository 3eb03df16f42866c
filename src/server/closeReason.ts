import { utf8Bytes } from "../core/utf8Bytes.ts";

/** A control frame carries 125 bytes, two of them are the code. RFC 6455 §5.5. */
const MAX_BYTES = 123;

/** Text as it fits into a close frame: cut between two characters, never inside one. */
export function closeReason(text: string): string {
  if (utf8Bytes(text) <= MAX_BYTES) return text;
  let bytes = 0;
  let kept = "";
  for (const character of text) {
    bytes += utf8Bytes(character);
    if (bytes > MAX_BYTES) break;
    kept += character;
  }
  return kept;
}
