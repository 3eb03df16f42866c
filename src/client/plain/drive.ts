/** A server of another protocol: what the app's hooks say of its frames, and the promises that can be kept with them. */
import { ResilientSocketError } from "../../core/errors.ts";
import { isInFlight, possiblySent, transmitted } from "../../core/lane.ts";
import { rewind } from "../../core/sender.ts";
import type { Settlement } from "../../core/settlement.ts";
import { tooLarge } from "../../protocol/closeCodes.ts";
import { drainCheckMs, highWaterBytes } from "../highWater.ts";
import type { Driver } from "../driver.ts";
import type { ProtocolHost } from "../protocol.ts";
import type { QueuedRow } from "../queuedRow.ts";
import { type Contained, createHearing } from "./hearing.ts";
import { judgeClose } from "./judgeClose.ts";
import { createSeen } from "./lastSeen.ts";
import type { PlainOptions } from "./options.ts";
import { toRaw } from "./toRaw.ts";

/** Withdrawn and not acknowledged: it is not sent again, so nobody will ever know. */
const unknown: Settlement = { kind: "uncertain" };

export const drive = (options: PlainOptions, host: ProtocolHost): Driver => {
  const { isAck, resumeFrame, ping, classifyClose } = options;
  const { queue, channels, emitter } = host;
  const { outbox } = queue;
  if (ping && !host.heartbeat)
    throw new ResilientSocketError("INVALID_OPTION", "ping needs the option heartbeat: heartbeat()");
  // What this server takes is not known here: it says so by closing.
  queue.limit(Infinity);
  const seen = createSeen();
  /** Nothing was transmitted on this socket yet. */
  let fresh = true;
  let resumed = false;
  /** One message in flight at a time, until one is acknowledged. */
  let cautious = false;
  /** Channels that were known when the last session broke. */
  let broken: readonly string[] = [];

  const contained: Contained = (hook, anomaly) => {
    try {
      return hook();
    } catch (error) {
      emitter.report(error);
      if (anomaly) emitter.emit("anomaly", { kind: anomaly });
      return undefined;
    }
  };
  const transmit = (data: unknown): boolean => {
    const raw = toRaw(data);
    return raw !== undefined && host.transmit(raw);
  };
  const inFlight = (): QueuedRow[] => outbox.rows().filter(isInFlight);

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
      if (isInFlight(row)) continue;
      if (cautious && inFlight().length) return;
      if (host.bufferedBytes() > highWaterBytes) return host.upkeepIn(drainCheckMs);
      if (!queue.mayGo(row)) continue;
      if (row.voided) {
        queue.drop(row, unknown);
        continue;
      }
      if (!host.transmit(row.body)) return;
      transmitted(row);
      emitter.emit("transmitted", row);
      if (isAck) {
        row.tag.inFlight();
        queue.touch();
      } else {
        const gone = (): void => {
          if (!outbox.holds(row)) return;
          row.lane.answered = row.n;
          queue.drop(row, { kind: "sent" });
        };
        if (host.onceGone) host.onceGone(gone);
        else gone();
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
      // Handed to a leader that is gone: whether it left nobody knows.
      if (!isAck) for (const row of inFlight()) queue.drop(row, unknown);
      for (const lane of outbox.lanes) rewind(lane);
      for (const row of outbox.rows()) if (row.voided) queue.drop(row, unknown);
      if (reason === undefined) return undefined;
      const said = contained(() => classifyClose?.(code, reason));
      return { verdict: judgeClose(said, seen, code, reason) };
    },
    bufferedBytes: host.bufferedBytes,
    volatile: (_, body) => host.transmit(body),
    probe: () => void transmit(contained(() => ping?.())),
    heartbeat: () => (ping ? host.heartbeat : null),
    rttMs: () => 0,
  };
};
