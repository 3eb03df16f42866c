import { DatabaseSync } from "node:sqlite";
import { ledgerChannel } from "../harbour.ts";
import { type Count, type Counts, createTally, type Numbered, type Tally } from "../tally.ts";

/** Where a server keeps the numbered messages of a visit. */
interface LogQuery {
  /** Answers `seq`, `speaker`, `n` of what stands behind a place, in order. */
  readonly sql: string;
  readonly keyOf: (visit: string) => string;
}

export const resilientLog: LogQuery = {
  sql: `SELECT log.seq, d ->> '$.from' AS speaker, d ->> '$.n' AS n
        FROM log JOIN channels ON channels.id = log.channel
        WHERE channels.name = ? AND log.seq > ? ORDER BY log.seq`,
  keyOf: ledgerChannel,
};

export const bareLog: LogQuery = {
  sql: "SELECT id AS seq, speaker, n FROM heard WHERE visit = ? AND id > ? ORDER BY id",
  keyOf: (visit) => visit,
};

interface Row {
  readonly seq: number;
  readonly speaker: Numbered["from"];
  readonly n: number;
}

export interface LogReader {
  readonly count: (visit: string) => Counts;
  readonly total: (visit: string) => Count;
  readonly close: () => void;
}

/** The auditor: reads what a server really stored, from its file, in another process, without asking the server. */
export const createLogReader = (path: string, { sql, keyOf }: LogQuery): LogReader => {
  const db = new DatabaseSync(path, { readOnly: true });
  const behind = db.prepare(sql);
  const tallies = new Map<string, Tally>();
  const places = new Map<string, number>();
  const read = (visit: string): Tally => {
    const tally = tallies.get(visit) ?? createTally();
    tallies.set(visit, tally);
    for (const { seq, speaker, n } of behind.iterate(keyOf(visit), places.get(visit) ?? 0) as Iterable<Row>) {
      places.set(visit, seq);
      tally.hear({ from: speaker, n });
    }
    return tally;
  };
  return {
    count: (visit) => read(visit).count(),
    total: (visit) => read(visit).total(),
    close: () => db.close(),
  };
};
