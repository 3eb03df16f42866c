/** A server of another protocol: what the app's hooks say of its frames, and the promises that can be kept with them. */
import { ResilientSocketError } from "../../core/errors.ts";
import { possiblySent } from "../../core/outbox.ts";
import { rewind } from "../../core/sender.ts";
import { tooLarge } from "../../protocol/closeCodes.ts";
import { drainCheckMs, highWaterBytes } from "../highWater.ts";
import type { Driver, ProtocolHost } from "../protocol.ts";
import type { QueuedRow } from "../queue.ts";
import { type Contained, createHearing } from "./hearing.ts";
import { judgeClose } from "./judgeClose.ts";
import { createSeen } from "./lastSeen.ts";
import type { PlainOptions } from "./options.ts";
import { toRaw } from "./toRaw.ts";

export const drive = (options: PlainOptions, host: ProtocolHost): Driver => {
  const { isAck, resumeFrame, ping, classifyClose } = options;
  const { queue, channels, emitter } = host;
  const { outbox } = queue;
  if (ping && !host.heartbeat)
    throw new ResilientSocketError("INVALID_OPTION", "ping needs the option heartbeat: heartbeat()");
  // What this server takes is not known here: it says so by closing.
  queue.maxMessageBytes = Infinity;
  const seen = createSeen();
  /** Nothing was transmitted on this socket yet. */
  let fresh = true;
  let resumed = false;
  /** One message in flight at a time, until one is acknowledged. */
  let cautious = false;
  /** Channels that were known when the last session broke. */
  let broken: readonly string[] = [];

  const contained: Contained = (hook) => {
    try {
      return hook();
    } catch (error) {
      emitter.report(error);
      return undefined;
    }
  };
  const transmit = (data: unknown): boolean => {
    const raw = toRaw(data);
    return raw !== undefined && host.transmit(raw);
  };
  const inFlight = (): QueuedRow[] => outbox.rows().filter(({ n, lane }) => n < lane.cursor);

  const acked = (ids: readonly string[]): void => {
    const known = new Set(ids);
    for (const row of outbox.rows())
      // What was never transmitted cannot be acknowledged.
      if (known.has(row.id) && possiblySent(row)) {
        cautious = false;
        queue.drop(row, { kind: "acked", seq: undefined });
      }
  };
  const { received, tell } = createHearing(options, host, { seen, contained, acked });

  const pump = (): void => {
    if (fresh) {
      fresh = false;
      const frame = contained(() => resumeFrame?.(seen.last, seen.byChannel));
      resumed = transmit(frame) && seen.last !== undefined;
    }
    for (const row of outbox.rows()) {
      const { lane, n } = row;
      if (n < lane.cursor) continue;
      if (cautious && inFlight().length) return;
      if (host.bufferedBytes() > highWaterBytes) return host.upkeepIn(drainCheckMs);
      if (!host.transmit(row.body)) return;
      lane.cursor = n + 1;
      lane.sentBelow = Math.max(lane.sentBelow, lane.cursor);
      if (isAck) row.tag.inFlight();
      else {
        lane.answered = n;
        queue.drop(row, { kind: "sent" });
      }
    }
  };

  /** Finds the message that is too large: the one that was alone in flight when the server said so twice. */
  const suspect = (): void => {
    if (cautious)
      for (const row of inFlight()) queue.drop(row, { kind: "rejected", code: "TOO_LARGE", by: "server" });
    cautious = true;
  };

  return {
    received,
    pump,
    upkeep: pump,
    opened: () => {
      if (!resumed) for (const name of broken) tell(name, "lost", { reason: seen.why });
      seen.resumed();
    },
    closed: (code, reason) => {
      if (!fresh) broken = [...channels.all.keys()];
      fresh = true;
      if (isAck && (code === 1009 || code === tooLarge)) suspect();
      for (const lane of outbox.lanes.values()) rewind(lane);
      // Withdrawn and not acknowledged: it is not sent again, so nobody will ever know.
      for (const row of outbox.rows()) if (row.voided) queue.drop(row, { kind: "uncertain" });
      if (reason === undefined) return undefined;
      const said = contained(() => classifyClose?.(code, reason));
      return { verdict: judgeClose(said, seen, code, reason) };
    },
    probe: () => void transmit(contained(() => ping?.())),
    heartbeat: () => (ping ? host.heartbeat : null),
    rttMs: () => 0,
  };
};
