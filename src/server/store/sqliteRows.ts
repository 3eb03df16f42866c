import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { Verdict } from "../../protocol/frames.ts";
import type { LogEvent } from "./LogStore.ts";
import { addRun, emptyRecord, type ProducerRecord } from "./producerRecord.ts";
import { statements } from "./sqliteSchema.ts";

export type StatementName = keyof typeof statements;
type Row = Readonly<Record<string, unknown>>;

/** The prepared statements of one database, and rows in our own words. */
export interface SqliteRows {
  readonly run: (name: StatementName, ...values: SQLInputValue[]) => number;
  readonly get: (name: StatementName, ...values: SQLInputValue[]) => Row | undefined;
  readonly all: (name: StatementName, ...values: SQLInputValue[]) => readonly Row[];
  /** Row by row, as far as it is asked. */
  readonly each: (name: StatementName, ...values: SQLInputValue[]) => Iterable<Row>;
  readonly events: (
    channel: string,
    id: number,
    epoch: string,
    from: number,
    limit: number,
  ) => readonly LogEvent[];
  readonly record: (lane: Row, window: number) => ProducerRecord;
}

export function sqliteRows(db: DatabaseSync): SqliteRows {
  const prepared = new Map<StatementName, StatementSync>();
  const statement = (name: StatementName): StatementSync => {
    let found = prepared.get(name);
    if (!found) prepared.set(name, (found = db.prepare(statements[name])));
    return found;
  };
  const all = (name: StatementName, ...values: SQLInputValue[]) => statement(name).all(...values) as Row[];

  return {
    run: (name, ...values) => Number(statement(name).run(...values).lastInsertRowid),
    get: (name, ...values) => statement(name).get(...values),
    all,
    each: (name, ...values) => statement(name).iterate(...values) as Iterable<Row>,
    events: (channel, id, epoch, from, limit) =>
      all("events", id, from, limit).map((row) => eventOf(channel, epoch, row)),
    record: (lane, window) => {
      const record = emptyRecord();
      const id = lane["id"] as number;
      record.n = lane["n"] as number;
      record.closed = lane["closed"] === 1;
      const floor = record.n - window;
      for (const { n, seq } of all("runs", id, floor)) addRun(record, n as number, seq as number);
      for (const row of all("verdicts", id, floor)) record.verdicts.push(verdictOf(row));
      for (const { n, text } of all("replies", id, floor)) record.replies.push([n as number, text as string]);
      return record;
    },
  };
}

function eventOf(channel: string, epoch: string, row: Row): LogEvent {
  const { id, subject, p } = row as Record<string, string | null>;
  return {
    channel,
    epoch,
    seq: row["seq"] as number,
    tail: row["tail"] as string,
    prev: row["prev"] as string,
    lam: row["lam"] as number,
    d: row["d"] as string,
    storedAt: row["stored_at"] as number,
    ...(typeof id === "string" && { id }),
    ...(typeof subject === "string" && { subject }),
    ...(typeof p === "string" && { p }),
  };
}

function verdictOf(row: Row): Verdict {
  const [from, to, code] = [row["from_n"] as number, row["to_n"] as number, row["code"] as string];
  const { seq, tail } = row as { readonly seq: number | null; readonly tail: string | null };
  if (seq === null) return [from, to, code];
  return tail === null ? [from, to, code, seq] : [from, to, code, seq, tail];
}
