/**
 * The messages that are not settled. Deterministic data without clock or I/O; mutable, because a copy per message would cost
 * more than the message. Numbers are given at enqueue, per (producer, channel), never given twice: an absent number is a skip.
 */
import {
  type BorrowedLane,
  type FreshLane,
  freshLane,
  isInFlight,
  type Lane,
  type NewRow,
  possiblySent,
  type Row,
} from "./lane.ts";
import type { Settlement } from "./settlement.ts";

export interface OutboxLimits {
  /** Messages. */
  readonly capacity: number;
  readonly maxBytes: number;
}

export interface Outbox<Tag> {
  /** What was borrowed stands behind what is its own. */
  readonly lanes: Iterable<Lane<Tag>>;
  readonly limits: OutboxLimits;
  /** What is added must be cleared before it may be transmitted. */
  gated: boolean;
  readonly lane: (p: string, channel: string) => Lane<Tag> | undefined;
  /** Messages with a number. */
  depth: number;
  /** Their bytes. */
  bytes: number;
  /** The waiting room: messages without a number, first come, first served. */
  readonly waiting: ReadonlySet<Row<Tag>>;
  waitingBytes: number;
  /** Keeps one place, where there is more than one, for what earlier pages left: it must not wait for what waits for it. */
  readonly reserve: (isNeeded: boolean) => void;
  /** Whether a message of this size fits beside what is there, or beside so many messages of so many bytes. */
  readonly fits: (bytes: number, depth?: number, used?: number) => boolean;
  /** All that count, lane by lane: a copy, so any may leave while it is walked. */
  readonly rows: () => Row<Tag>[];
  /** Gives it the next number of its channel, whatever the limits say. */
  readonly add: (message: NewRow<Tag>) => Row<Tag>;
  /** Puts it into the waiting room, whatever the limits say. */
  readonly wait: (message: NewRow<Tag>) => Row<Tag>;
  /** Takes from the waiting room what fits, in order. */
  readonly admit: () => Row<Tag>[];
  readonly holds: (row: Row<Tag>) => boolean;
  readonly remove: (row: Row<Tag>) => void;
  /** Was never transmitted, and is stored: makes room now; the row stays until it is removed. */
  readonly dismiss: (row: Row<Tag>, settlement: Settlement) => void;
  /** The lane goes on under another producer, with other rows. */
  readonly renumber: (lane: Lane<Tag>, fresh: FreshLane<Tag>) => void;
  /** Takes over what another boot left, whatever the limits say: all of it counts as transmitted, and goes up to `cleared`. */
  readonly borrow: (lane: BorrowedLane<Tag>, cleared: number) => Lane<Tag>;
  /** Forgets a borrowed lane: its rows end elsewhere. */
  readonly giveBack: (lane: Lane<Tag>) => void;
}

const unlimited: OutboxLimits = { capacity: Infinity, maxBytes: Infinity };

/** `producer` is asked for the number giver of a new lane. */
export const createOutbox = <Tag>(producer: () => string, limits = unlimited, gated = false): Outbox<Tag> => {
  /** By channel. */
  const own = new Map<string, Lane<Tag>>();
  const borrowed = new Set<Lane<Tag>>();
  const waiting = new Set<Row<Tag>>();
  let reserved = 0;
  const gate = (): number => (outbox.gated ? 0 : Infinity);
  const rowOf = (message: NewRow<Tag>): Row<Tag> => {
    const { channel, queuedAtMs } = message;
    let lane = own.get(channel);
    if (!lane) {
      lane = { channel, borrowed: false, cleared: gate(), ...freshLane(producer(), queuedAtMs) };
      own.set(channel, lane);
    }
    return { ...message, lane, n: Infinity, re: null, voided: null, leaving: null };
  };
  const place = (row: Row<Tag>): Row<Tag> => {
    row.lane.rows.set(row.n, row);
    outbox.depth++;
    outbox.bytes += row.bytes;
    return row;
  };
  const take = (row: Row<Tag>): Row<Tag> => {
    const { lane } = row;
    row.n = lane.next++;
    return place(row);
  };
  const discount = (row: Row<Tag>): void => {
    if (row.leaving) return;
    outbox.depth--;
    outbox.bytes -= row.bytes;
  };
  const leaveRoom = (row: Row<Tag>): boolean => {
    const waited = waiting.delete(row);
    if (waited) outbox.waitingBytes -= row.bytes;
    return waited;
  };
  const lanes = {
    *[Symbol.iterator]() {
      yield* own.values();
      yield* borrowed;
    },
  };
  const outbox: Outbox<Tag> = {
    lanes,
    limits,
    gated,
    lane: (p, channel) => {
      const lane = own.get(channel);
      return lane?.p === p ? lane : [...borrowed].find((other) => other.p === p && other.channel === channel);
    },
    depth: 0,
    bytes: 0,
    waiting,
    waitingBytes: 0,
    reserve: (isNeeded) => {
      reserved = isNeeded ? Math.min(1, limits.capacity - 1) : 0;
    },
    fits: (bytes, depth = outbox.depth, used = outbox.bytes) =>
      depth + reserved < limits.capacity && used + bytes <= limits.maxBytes,
    rows: () => [...lanes].flatMap(({ rows }) => [...rows.values()].filter(({ leaving }) => !leaving)),
    add: (message) => take(rowOf(message)),
    wait: (message) => {
      const row = rowOf(message);
      waiting.add(row);
      outbox.waitingBytes += row.bytes;
      return row;
    },
    admit: () => {
      const admitted: Row<Tag>[] = [];
      for (const row of waiting) {
        if (!outbox.fits(row.bytes)) break;
        leaveRoom(row);
        admitted.push(take(row));
      }
      return admitted;
    },
    holds: (row) => waiting.has(row) || row.lane.rows.get(row.n) === row,
    remove: (row) => {
      const { lane, n, bytes } = row;
      if (leaveRoom(row) || lane.rows.get(n) !== row) return;
      lane.rows.delete(n);
      if (row.leaving) lane.leaving--;
      discount(row);
      if (!isInFlight(row)) return;
      lane.flight--;
      lane.flightBytes -= bytes;
    },
    dismiss: (row, settlement) => {
      discount(row);
      row.leaving = settlement;
      row.lane.leaving++;
      row.voided ??= settlement.kind === "expired" ? "expired" : "aborted";
      row.lane.voids++;
    },
    renumber: (lane, fresh) => void Object.assign(lane, fresh, { cleared: gate() }),
    borrow: ({ rows, p, createdAtMs, ...left }, cleared) => {
      const lane: Lane<Tag> = {
        borrowed: true,
        cleared,
        ...freshLane(p, createdAtMs),
        ...left,
        rows: new Map(),
      };
      lane.cursor = lane.answered + 1;
      lane.sentBelow = lane.next;
      borrowed.add(lane);
      for (const row of rows) place({ ...row, lane, leaving: null });
      return lane;
    },
    giveBack: (lane) => {
      borrowed.delete(lane);
      lane.rows.forEach(discount);
      lane.rows.clear();
    },
  };
  return outbox;
};

/**
 * Takes a message back. Possibly transmitted: it becomes a void and stays until the server answers. Stored: it stays until it is
 * removed there. Else it leaves at once, and its number becomes a skip.
 */
export const withdraw = <Tag>(
  outbox: Outbox<Tag>,
  row: Row<Tag>,
  how: "aborted" | "expired",
  isStored = false,
): Settlement | "pending" => {
  if (possiblySent(row)) {
    row.voided ??= how;
    row.lane.voids++;
    return "pending";
  }
  return leave(outbox, row, { kind: how }, isStored);
};

/** What was never transmitted ends like this: at once, or when it is removed from where it is stored. */
export const leave = <Tag>(
  outbox: Outbox<Tag>,
  row: Row<Tag>,
  settlement: Settlement,
  isStored: boolean,
): Settlement | "pending" => {
  if (row.leaving) return "pending";
  if (isStored) outbox.dismiss(row, settlement);
  else outbox.remove(row);
  return isStored ? "pending" : settlement;
};
