import * as closeCodes from "../protocol/closeCodes.ts";
import type { Dice } from "../core/ports.ts";
import { placeOf } from "./address.ts";
import type { Arrivals } from "./arrivals.ts";
import type { Admission } from "./context.ts";
import type { ResolvedLimits } from "./limits.ts";
import { busy, type Refusal } from "./refusal.ts";

export interface AdmissionOptions {
  readonly limits: ResolvedLimits;
  readonly arrivals: Pick<Arrivals, "arrive">;
  readonly dice: Dice;
}

/** Counters that cannot leak: each take has exactly one release, and a second release is a no-op. */
export function createAdmission({ limits, arrivals, dice }: AdmissionOptions): Admission {
  const pending = new Map<string, number>();
  const places = new Map<string, number>();
  const subjects = new Map<string, number>();
  let connections = 0;
  let heldBytes = 0;

  const full = (code: string): Refusal => ({
    code,
    close: closeCodes.connectionLimit,
    retriable: true,
    retryAfterMs: Math.ceil(1000 * (1 + 4 * dice.roll())),
  });

  return {
    connections: () => connections,
    knock: (address) => {
      const place = placeOf(address);
      const left = take(places, place, limits.connectionsPerAddress);
      if (!left) return full("ADDRESS_LIMIT");
      const known = take(pending, place, limits.pendingPerAddress);
      if (!known) {
        left();
        return full("TOO_MANY_PENDING");
      }
      const waitMs = arrivals.arrive();
      if (waitMs === 0) return { known, left };
      known();
      left();
      return busy("OVERLOADED", waitMs);
    },
    enter: (subject) => {
      const release = take(subjects, subject, limits.connectionsPerSubject);
      if (!release) return full("CONNECTION_LIMIT");
      connections++;
      return once(() => {
        connections--;
        release();
      });
    },
    hold: (bytes) => {
      if (heldBytes + bytes > limits.maxPendingBytes) return false;
      heldBytes += bytes;
      return true;
    },
    release: (bytes) => {
      heldBytes -= bytes;
    },
    pendingBytes: () => heldBytes,
  };
}

function take(counts: Map<string, number>, key: string, max: number): (() => void) | undefined {
  const count = counts.get(key) ?? 0;
  if (count >= max) return undefined;
  counts.set(key, count + 1);
  return once(() => {
    const left = (counts.get(key) ?? 1) - 1;
    if (left > 0) counts.set(key, left);
    else counts.delete(key);
  });
}

function once(task: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    task();
  };
}
