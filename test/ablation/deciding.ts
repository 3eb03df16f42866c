import { cut, cutBoth, type Rule } from "./rule.ts";

const decide = "src/server/store/decideAppend.ts";
const record = "src/server/store/producerRecord.ts";
const lane = "src/server/lane.ts";
const appender = "src/server/appender.ts";
const groupCommit = "src/server/store/groupCommit.ts";
const store = "server/memoryStore";

/** How a server decides numbers. */
export const deciding: readonly Rule[] = [
  {
    text: "Duplicates are decided first, inside the append, against its own position: answered, never run, authorised, charged, appended or refused again.",
    statements: "P5.3",
    cuts: [
      cut(
        "appended again",
        decide,
        "if (to <= record.n) continue;",
        'if (to <= record.n && item.kind !== "message") continue;',
        store,
      ),
      cutBoth(
        "run again",
        [
          { file: lane, find: "if (known > 0) {", replace: "if (false) {" },
          { file: lane, find: "if (n !== next) {", replace: "if (n > (next as number)) {" },
        ],
        "server/inbound",
      ),
      cut(
        "refused after a tombstone",
        decide,
        "if (to <= record.n) continue;\n    if (record.closed)",
        "if (record.closed)",
        store,
      ),
      cut(
        "the second verdict wins",
        decide,
        "if (to <= record.n) continue;",
        'if (to <= record.n) {\n      if (item.kind === "reject") work.changed = record.verdicts.push([item.n, item.n, `rejected:${item.code}`]) > 0;\n      continue;\n    }',
        store,
      ),
      cut("not counted", decide, "work.duplicates += ", "void ", "server/inbound", store),
    ],
  },
  {
    text: "Of a partly old skip the rest applies.",
    statements: "P5.5",
    cuts: [cut("refused", decide, "if (from > record.n + 1 || ", "if (from !== record.n + 1 || ", store)],
  },
  {
    text: "Verdicts are kept for n > position − window, and told for (acked, n].",
    statements: "P5.1",
    cuts: [
      cut(
        "no verdict store",
        record,
        "above(record.verdicts, ([, to]) => to > acked)",
        "[]",
        store,
        "server/inbound",
      ),
      cut("no runs", record, "above(record.runs, ([n, , count]) => n + count - 1 > acked)", "[]", store),
      cut(
        "forgotten below the position",
        record,
        "const floor = record.n - window;",
        "const floor = record.n;",
        store,
      ),
    ],
  },
  {
    text: "Acks, duplicates and positions speak of committed state; ack and fan-out follow the commit.",
    statements: "P5.1, P4.7",
    cuts: [
      cut(
        "ack before commit",
        lane,
        "    inFlight++;\n",
        '    inFlight++;\n    send({ t: "ack", p, c: channel, n: "to" in item ? item.to : item.n, head: 0 });\n',
        "server/inbound",
      ),
      cut(
        "duplicates answered from memory",
        lane,
        "    if (known > 0) {\n",
        '    if (known > 0) {\n      send({ t: "ack", p, c: channel, n: (next as number) - 1, head: 0 });\n',
        "server/inbound",
      ),
      cut(
        "answered before the commit (shared transaction)",
        groupCommit,
        "      commit();\n      for (const settle of outcomes) settle();",
        "      for (const settle of outcomes) settle();\n      commit();",
        "server/groupCommit",
      ),
      cut(
        "answered although the commit failed",
        groupCommit,
        "for (const { reject } of jobs) reject(error);",
        "for (const { resolve } of jobs) resolve([] as never);",
        "server/sqliteStore",
      ),
      cut(
        "fan-out before commit",
        appender,
        "    attempt(() => store.append(batches.map(seal))).then(",
        "    for (const { sink, items } of batches)\n      void store.head(sink.channel).then(({ epoch, seq, tail, lam }) =>\n        onCommitted(items.slice(0, 1).map(({ d }) => ({ channel: sink.channel, epoch, seq: seq + 1, tail: 'early', prev: tail, lam: lam + 1, d, storedAt: 0 }))),\n      );\n    attempt(() => store.append(batches.map(seal))).then(",
        "server/inbound",
      ),
      cut(
        "a failed commit is acknowledged",
        lane,
        'if (!isStopped) retryFrom(n, "STORE_UNAVAILABLE", 500);',
        'if (!isStopped) send({ t: "ack", p, c: channel, n: n + count - 1, head: 0 });',
        "server/inbound",
      ),
    ],
  },
  {
    text: "A number above position + 1 is a GAP, once per (socket, p, c) until there is progress; an unknown producer stands at 0.",
    statements: "P5.4",
    cuts: [
      cut(
        "every one is told",
        lane,
        'if (refused.code === "GAP" && isGapTold) return;',
        "",
        "server/inbound",
      ),
      cut(
        "never again after the first",
        lane,
        "      isGapTold = false;\n      next = Math.max",
        "      next = Math.max",
        "server/inbound",
      ),
      cut("gaps are jumped", decide, "if (from > record.n + 1 || item.kind", "if (item.kind", store),
      cut(
        "an unknown producer starts anywhere",
        decide,
        "if (from > record.n + 1 || item.kind",
        "if ((from > record.n + 1 && record.n > 0) || item.kind",
        store,
      ),
    ],
  },
  {
    text: "A retriable nack leaves the position at n − 1; what came behind it is dropped.",
    statements: "P6.4",
    cuts: [
      cut(
        "what is behind goes on",
        "src/server/rewind.ts",
        "if (firstOf(frame) > rewindTo) return true;",
        "if (firstOf(frame) > rewindTo) rewindTo = undefined;",
        "server/inbound",
      ),
      cut(
        "the number is passed over",
        lane,
        "    next = undefined;\n    while (queue",
        "    next = n + 1;\n    while (queue",
        "server/inbound",
      ),
    ],
  },
  {
    text: "A position below `acked` is a rollback, compared inside the append and for every claim.",
    statements: "P5.6, P4.7",
    cuts: [
      cut(
        "no rollback detection",
        decide,
        'if (record.n < batch.acked) return { code: "ROLLED_BACK", n, pos: record.n };',
        "",
        store,
        "server/inbound",
      ),
      cut(
        "no rollback detection in claims",
        record,
        "...(ask.acked > answer.n && { rolledBack: true as const }),",
        "",
        store,
        "server/inbound",
      ),
    ],
  },
  {
    text: "`re`: the original's verdict is the answer; else the original is closed, in the same append; unknown and old is `uncertain`.",
    statements: "P5.8",
    cuts: [
      cut(
        "appended whatever the original",
        decide,
        "item.re && decideOriginal(work, item.re, item.old === true)",
        "undefined as Earlier | undefined",
        store,
      ),
      cut(
        "always uncertain",
        decide,
        "item.re && decideOriginal(work, item.re, item.old === true)",
        'item.re && (["uncertain"] as Earlier)',
        store,
      ),
      cut("the original stays open", decide, "original.closed = true;", "", store),
      cut(
        "an unknown original leaves no tombstone",
        decide,
        "original.closed = true;\n    view.keep(batch.subject, re.p, batch.channel, original);",
        "if (record) record.closed = true;",
        store,
      ),
      cut(
        "an old unknown original is run again",
        decide,
        'if (unknown && old) return ["uncertain"];',
        "",
        store,
      ),
      cut(
        "below the window it counts as appended",
        decide,
        'if (re.n <= original.n - window) return ["uncertain"];',
        "",
        store,
      ),
      cut(
        "late copies pass the tombstone",
        decide,
        'if (record.closed) return { code: "CLOSED"',
        'if (false) return { code: "CLOSED"',
        store,
      ),
    ],
  },
  {
    text: "Unknown producer and `old`: UNKNOWN_PRODUCER, whatever the number.",
    statements: "P5.7",
    cuts: [cut("starts afresh", decide, "if (batch.old && !hasRecord", "if (false && !hasRecord", store)],
  },
  {
    text: "Producer records live as long as the outbox and a day; `retire` shortens that to a day.",
    statements: "P5.13",
    cuts: [
      cut(
        "a day for all",
        "src/server/store/memoryStore.ts",
        "producerLifeMs = 8 * 86_400_000",
        "producerLifeMs = 86_400_000",
        store,
      ),
      cut(
        "retire is not heard",
        "src/server/store/memoryState.ts",
        "if (producer) producer.retired = true;",
        "",
        store,
      ),
    ],
  },
];
