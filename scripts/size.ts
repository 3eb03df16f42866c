/** What each part of the browser side costs: `node scripts/size.ts` prints the table of docs/decisions/0003-size.md. */
import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { build, minifySync } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));
const react = /^react/;

const cases = {
  ".": 'export * from "/src/entry/index.ts";',
  "./core, plain":
    'export { createClient, plainProtocol, perClient, browserPorts } from "/src/entry/core.ts";',
};

/** The first pattern that matches a file names its part. */
const parts: readonly (readonly [name: string, files: RegExp])[] = [
  ["tabs: election, leases", /core\/election|runElection|busMessage|lease|platform\/tabs|groupKey/],
  ["tabs: hub, link, mirror", /client\/tabs|core\/ring|mirror/],
  ["machine: table, steps, interpreter", /core\/machine|runMachine|toConnectionState/],
  ["retry, backoff, breaker, close codes", /retry|backoff|breaker|closePolicy|readPolicy/],
  ["heartbeat and hints", /heartbeat|hints|browserSensors/],
  ["outbox, queue, receipts", /outbox|queue|[rR]eceipt|evictOldest|utf8Bytes/],
  ["sending with numbers, windows, verdicts", /sender|delivery/],
  ["reading on and back: starts, history, messages", /apart|reads|history|[bB]acklog|iterate/],
  ["catching up: cursors, deltas, snapshots", /catchUp|inbox/],
  ["the handshake and its frames", /resilient\/|resilientProtocol|src\/protocol|fetchFrom/],
  ["plain mode", /plainProtocol|client\/plain\//],
  ["shell: client, channels, stores, timers, socket", /src\//],
  ["React", /hooks|providers/],
];

const id = "\0entry";

/** The modules of a bundle as they are after tree-shaking. */
const modulesOf = async (entry: string): Promise<ReadonlyMap<string, string>> => {
  const answer = await build({
    root,
    configFile: false,
    logLevel: "silent",
    define: { "process.env.NODE_ENV": '"production"' },
    plugins: [
      {
        name: "entry",
        resolveId: (name) => (name === "entry" ? id : null),
        load: (name) => (name === id ? entry : null),
      },
    ],
    build: {
      write: false,
      minify: false,
      target: "es2022",
      rolldownOptions: { external: react, input: "entry", preserveEntrySignatures: "strict" },
    },
  });
  const [bundle] = [answer].flat();
  if (!bundle || !("output" in bundle)) throw new Error("no bundle");
  return new Map(Object.entries(bundle.output[0].modules).map(([file, { code }]) => [file, code ?? ""]));
};

const sizeOf = (code: string): number =>
  gzipSync(minifySync("bundle.js", code, { module: true, compress: { unused: false } }).code, { level: 9 })
    .length;

const partOf = (file: string): string => parts.find(([, files]) => files.test(file))?.[0] ?? "";

const costs = async (entry: string): Promise<ReadonlyMap<string, number>> => {
  const modules = [...(await modulesOf(entry))];
  const without = (part: string): number =>
    sizeOf(modules.flatMap(([file, code]) => (partOf(file) === part ? [] : [code])).join("\n"));
  const all = without("nothing");
  return new Map([
    ...parts.map(([part]): [string, number] => [part, all - without(part)]),
    ["everything", all] as const,
  ]);
};

const names = Object.keys(cases);
const columns = await Promise.all(Object.values(cases).map(costs));
console.log(`| part | ${names.join(" | ")} |\n| --- |${" ---: |".repeat(names.length)}`);
for (const part of [...parts.map(([name]) => name), "everything"])
  console.log(`| ${part} | ${columns.map((column) => column.get(part)).join(" | ")} |`);
