/** `npm run bench [-- --rounds 5]`: prints the table and writes docs/bench.md. */
import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { inBursts, lossPerDisconnect, oneByOne } from "./measure.ts";
import { kinds, type Kind } from "./startServer.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
const rounds = Number(values.rounds);

const median = (numbers: readonly number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
};

/** Rounds go over all kinds in turn, so that a slow moment of the machine meets each of them. */
const measureAll = async (
  measure: (kind: Kind) => Promise<number>,
  times: number,
): Promise<ReadonlyMap<Kind, number>> => {
  const results = new Map<Kind, number[]>(kinds.map((kind) => [kind, []]));
  for (let round = 0; round < times; round++)
    for (const kind of kinds) results.get(kind)!.push(await measure(kind));
  return new Map(kinds.map((kind) => [kind, median(results.get(kind)!)]));
};

const rate = (row: ReadonlyMap<Kind, number>, kind: Kind): string => {
  const value = row.get(kind)!;
  const count = Math.round(value).toLocaleString("en");
  return kind === "bare" ? count : `${count} (${(value / row.get("bare")!).toFixed(2)} ×)`;
};
const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

const bursts = await measureAll(inBursts, rounds);
const single = await measureAll(oneByOne, rounds);
const losses = await measureAll(lossPerDisconnect, Math.min(rounds, 3));

const titles: Record<Kind, string> = {
  bare: "bare `ws`, JSON echo",
  memory: "memory",
  "sqlite normal": "SQLite, `normal`",
  "sqlite full": "SQLite, `full`",
};
const table = [
  line(["", ...kinds.map((kind) => titles[kind])]),
  line(["---", ...kinds.map(() => "---:")]),
  line(["acked messages/s, bursts of 1,000", ...kinds.map((kind) => rate(bursts, kind))]),
  line(["acked messages/s, one by one", ...kinds.map((kind) => rate(single, kind))]),
  line(["messages lost per disconnect, at 1,000/s", ...kinds.map((kind) => losses.get(kind)!.toFixed(1))]),
].join("\n");

const page = `# Bench

Made by \`npm run bench -- --rounds ${rounds}\`; medians of ${rounds} rounds (loss: ${Math.min(rounds, 3)}), every column in the same run.
${availableParallelism()} cores, ${process.platform} ${process.arch}, Node ${process.versions.node}; client and server are two processes on one machine, 100-byte payloads.

${table}

In brackets: the rate divided by that of the bare echo. The echo answers from memory; ours answers after the commit of its
store. \`normal\` survives kill -9, \`full\` survives a power cut. The bare socket reconnects after 100 ms and drops what is said in
between, as most hand-written wrappers do.
`;
await mkdir("docs", { recursive: true });
await writeFile("docs/bench.md", page);
console.log(page);
