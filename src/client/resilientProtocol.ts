import { resilientRows } from "../core/machine/transitions.ts";
import { SUBPROTOCOL } from "../protocol/version.ts";
import type { Protocol } from "./protocol.ts";
import { drive, type ResilientOptions } from "./resilient/drive.ts";

export type { ResilientOptions } from "./resilient/drive.ts";

/** `resilient.v1`: nothing lost, nothing twice, in order, or a clear word about what could not be kept. */
export const resilientProtocol = (options: ResilientOptions = {}): Protocol => ({
  rows: resilientRows,
  subprotocols: [SUBPROTOCOL],
  encode: (payload) => JSON.stringify(payload),
  conditional: true,
  textOnly: true,
  drive: (host) => drive(options, host),
});
