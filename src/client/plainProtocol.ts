import { plainRows } from "../core/machine/transitions.ts";
import { drive } from "./plain/drive.ts";
import type { PlainOptions } from "./plain/options.ts";
import { toRaw } from "./plain/toRaw.ts";
import type { Protocol } from "./protocol.ts";

export type { LastSeen, Parsed, PlainOptions, Sendable } from "./plain/options.ts";

/**
 * For servers that know nothing of this package: reconnect, outbox, heartbeat; with `isAck` at least once, with `cursorOf` and
 * `resumeFrame` what was missed. How far that reaches is the server's affair: docs/guides/plain-servers.md.
 */
export const plainProtocol = (options: PlainOptions = {}): Protocol => {
  const { serialize, binaryType } = options;
  return {
    rows: plainRows,
    subprotocols: [],
    binaryType,
    encode: (payload, envelope) =>
      serialize ? toRaw(serialize(payload, envelope)) : (toRaw(payload) ?? JSON.stringify(payload)),
    drive: (host) => drive(options, host),
  };
};
