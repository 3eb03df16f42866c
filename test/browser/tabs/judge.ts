import type { PageRecord, ServerRecord } from "./records.ts";

/** What must be empty or zero, each named so that a failing test says where to look. */
export interface Verdict {
  /** Places of the server's log at which more than one connection of the browser counted. */
  readonly leadersAtOnce: readonly string[];
  readonly lost: readonly string[];
  readonly twice: readonly string[];
  readonly outOfOrder: readonly string[];
  /** Receipts that say what is not so. */
  readonly untrue: readonly string[];
  /** What tabs heard out of order, twice, or not at all without being told. */
  readonly misheard: readonly string[];
  readonly trouble: readonly string[];
}

const none: readonly string[] = [];
export const flawless: Verdict = {
  leadersAtOnce: none,
  lost: none,
  twice: none,
  outOfOrder: none,
  untrue: none,
  misheard: none,
  trouble: none,
};

type Of<K extends PageRecord["kind"]> = Extract<PageRecord, { readonly kind: K }>;
const pick = <K extends PageRecord["kind"]>(records: readonly PageRecord[], kind: K): readonly Of<K>[] =>
  records.filter((record): record is Of<K> => record.kind === kind);
const called = ({ tab, n }: { readonly tab: string; readonly n: number }): string => `${tab} ${n}`;

/** `a 1, a 2, a 3` as `a 1-3`. */
const inRuns = (messages: readonly { readonly tab: string; readonly n: number }[]): readonly string[] => {
  const runs: { tab: string; from: number; to: number }[] = [];
  for (const { tab, n } of messages) {
    const run = runs.at(-1);
    if (run?.tab === tab && run.to === n - 1) run.to = n;
    else runs.push({ tab, from: n, to: n });
  }
  return runs.map(({ tab, from, to }) => `${tab} ${from}-${to}`);
};

const leadersAtOnce = (records: readonly ServerRecord[]): readonly string[] => {
  const accepted = new Map<number, string>();
  return records.flatMap((record, place) => {
    if (record.kind === "stored") return [];
    if (record.kind === "left") accepted.delete(record.connection);
    else accepted.set(record.connection, `${record.connection} (${record.group} term ${record.term})`);
    return record.kind === "accepted" && accepted.size > 1
      ? [`at ${place}: ${[...accepted.values()].join(" and ")}`]
      : [];
  });
};

/** Of each boot: every seq once, the next one behind the last. A `lost` was said before what follows a gap. */
const misheard = (records: readonly PageRecord[]): readonly string[] => {
  const places = new Map<string, number | undefined>();
  const wrong: string[] = [];
  for (const record of records) {
    if (record.kind === "continuity" && record.result === "lost")
      places.delete(`${record.boot} ${record.channel}`);
    if (record.kind !== "heard" || record.seq === undefined) continue;
    const key = `${record.boot} ${record.channel}`;
    const last = places.get(key);
    if (last !== undefined && record.seq !== last + 1)
      wrong.push(`${record.tab} (${key}) heard ${record.seq} behind ${last}`);
    places.set(key, record.seq);
  }
  return wrong;
};

/** `mayDie`: what was only in the memory of a tab that crashed. */
export const judge = (
  pages: readonly PageRecord[],
  server: readonly ServerRecord[],
  mayDie: ReadonlySet<string> = new Set(),
): Verdict => {
  const log = server.filter((record) => record.kind === "stored");
  const stored = new Set(log.map(called));
  const times = new Map<string, number>();
  const highest = new Map<string, number>();
  const outOfOrder: string[] = [];
  for (const event of log) {
    const before = highest.get(event.tab) ?? 0;
    if (event.n < before) outOfOrder.push(`${called(event)} behind ${before}`);
    highest.set(event.tab, Math.max(before, event.n));
    times.set(called(event), (times.get(called(event)) ?? 0) + 1);
  }
  return {
    leadersAtOnce: leadersAtOnce(server),
    lost: inRuns(
      pick(pages, "sent").filter((sent) => !stored.has(called(sent)) && !mayDie.has(called(sent))),
    ),
    twice: [...times].flatMap(([name, count]) => (count > 1 ? [name] : [])),
    outOfOrder,
    untrue: pick(pages, "settled")
      .filter((settled) => settled.how !== "acked" || !stored.has(called(settled)))
      .map((settled) => `${called(settled)} ${settled.how}, stored: ${stored.has(called(settled))}`),
    misheard: misheard(pages),
    trouble: pick(pages, "trouble").map(({ tab, text }) => `${tab}: ${text}`),
  };
};
