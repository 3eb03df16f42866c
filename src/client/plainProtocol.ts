import { ResilientSocketError } from "../core/errors.ts";
import { plainRows } from "../core/machine/transitions.ts";
import { rewind } from "../core/sender.ts";
import type { Driver, Protocol, ProtocolHost } from "./protocol.ts";

export type RawData = string | ArrayBuffer;

export interface Parsed {
  readonly data: unknown;
  /** Default `'default'`. */
  readonly channel?: string | undefined;
  readonly id?: string | undefined;
}

export interface PlainOptions {
  /** What a received message means; undefined drops it. Default: JSON where it is JSON, else the raw data, for channel `default`. */
  readonly parse?: ((raw: RawData) => Parsed | undefined) | undefined;
  /** Default: strings and ArrayBuffers as they are, everything else as JSON. Undefined: cannot be sent. */
  readonly serialize?: ((payload: unknown) => RawData | undefined) | undefined;
  /** The idempotency keys a received message acknowledges. Given: messages stay in the outbox until then and are sent again after a break. */
  readonly isAck?: ((raw: RawData) => readonly string[] | undefined) | undefined;
  /** Sent after silence, see the option `heartbeat`. Omitted: no heartbeat. */
  readonly ping?: (() => RawData) | undefined;
  /** A pong is not delivered. */
  readonly isPong?: ((raw: RawData) => boolean) | undefined;
}

const parseAny = (raw: RawData): Parsed => {
  if (typeof raw !== "string") return { data: raw };
  try {
    return { data: JSON.parse(raw) as unknown };
  } catch {
    return { data: raw };
  }
};

const serializeAny = (payload: unknown): RawData | undefined =>
  typeof payload === "string" || payload instanceof ArrayBuffer ? payload : JSON.stringify(payload);

const drive = ({ parse = parseAny, isAck, ping, isPong }: PlainOptions, host: ProtocolHost): Driver => {
  const { outbox } = host.queue;
  if (ping && !host.heartbeat)
    throw new ResilientSocketError("INVALID_OPTION", "ping needs the option heartbeat: heartbeat()");
  let received = 0;

  const settleById = (ids: readonly string[]): void => {
    for (const row of outbox.rows())
      if (ids.includes(row.id)) host.queue.drop(row, { kind: "acked", seq: undefined });
  };

  return {
    received: (raw) => {
      if (isPong?.(raw)) return;
      const acked = isAck?.(raw);
      if (acked) return settleById(acked);
      const parsed = parse(raw);
      if (!parsed) return;
      const { data, channel = "default", id = String(++received) } = parsed;
      host.channels.deliverLoose(channel, data, id);
    },
    closed: () => {
      // What may have arrived is sent again only where the server acknowledges by id: elsewhere it has left the outbox.
      for (const lane of outbox.lanes.values()) rewind(lane);
      return undefined;
    },
    probe: () => {
      if (ping) host.transmit(ping());
    },
    pump: () => {
      for (const row of outbox.rows()) {
        const { lane, n, voided } = row;
        if (n < lane.cursor) continue;
        if (!host.transmit(row.body)) return;
        lane.cursor = lane.sentBelow = n + 1;
        if (isAck && !voided) row.tag.inFlight();
        else {
          if (!isAck) lane.answered = n;
          host.queue.drop(row, { kind: voided ? "uncertain" : "sent" });
        }
      }
    },
    heartbeat: () => (ping ? host.heartbeat : null),
    rttMs: () => 0,
  };
};

/** For servers that know nothing of this package: reconnect, queue, heartbeat; no resume, no exactly-once. */
export const plainProtocol = (options: PlainOptions = {}): Protocol => ({
  rows: plainRows,
  subprotocols: [],
  encode: options.serialize ?? serializeAny,
  drive: (host) => drive(options, host),
});
