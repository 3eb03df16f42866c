/**
 * `npm start`: the page, a backend in a process of its own, a network that breaks on demand between the two, and an
 * auditor that reads what was stored. PORT chooses the port (default 4680, the next free one if taken).
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createChaosProxy } from "../src/testing/node/createChaosProxy.ts";
import { createBackendProcess } from "./lab/backendProcess.ts";
import { buildPage } from "./lab/buildPage.ts";
import { createFeed } from "./lab/feed.ts";
import { listen } from "./lab/listen.ts";
import { perform } from "./lab/perform.ts";
import { bareLog, createLogReader, resilientLog } from "./lab/readLog.ts";
import { serveSite } from "./lab/serveSite.ts";
import { createVisits } from "./lab/visits.ts";
import type { FaultId } from "./faults.ts";
import { tabsVisit } from "./harbour.ts";

const figuresEveryMs = 250;
/** Pages start their clocks this much before a fault. */
const noticeMs = 50;

const folder = mkdtempSync(join(tmpdir(), "resilient-socket-demo-"));
const database = join(folder, "resilient.db");
const bareDatabase = join(folder, "bare.db");
const assets = buildPage();

const nowhere = { port: 9 };
const resilientProxy = await createChaosProxy({ target: nowhere });
const bareProxy = await createChaosProxy({ target: nowhere });

const { server: site, port } = await listen(process.env["PORT"]);
const origins = [`http://localhost:${port}`, `http://127.0.0.1:${port}`];

const backend = createBackendProcess(
  { database, bareDatabase, origins },
  {
    listening: ({ resilient, bare }) => {
      resilientProxy.retarget({ port: resilient });
      bareProxy.retarget({ port: bare });
      backend.order({ kind: "visitors", count: visits.all().length });
      feed.repeat();
    },
    published: (item) => feed.published(item),
    died: () => {
      console.error("the backend ended by itself; it is started again");
      void backend.start();
    },
  },
);
const feed = createFeed((item) => backend.order({ kind: "publish", item }));
const visits = createVisits((count) => backend.order({ kind: "visitors", count }));
try {
  await backend.start();
} catch (error) {
  rmSync(folder, { recursive: true, force: true });
  throw error;
}

const logs = {
  resilient: createLogReader(database, resilientLog),
  bare: createLogReader(bareDatabase, bareLog),
};
const ticking = setInterval(() => {
  for (const { id, tell } of visits.all()) {
    const published = feed.said(id);
    tell.figures({
      resilient: { published, stored: logs.resilient.count(id) },
      bare: { published, stored: logs.bare.count(id) },
      tabs: logs.resilient.total(tabsVisit(id)),
    });
  }
}, figuresEveryMs);

let underWay: FaultId | null = null;
const performOne = async (fault: FaultId): Promise<boolean> => {
  if (underWay) return false;
  underWay = fault;
  const at = Date.now() + noticeMs;
  for (const { tell } of visits.all()) tell.fault({ fault, phase: "begun", at });
  try {
    await wait(noticeMs);
    await perform[fault]({ proxies: [resilientProxy, bareProxy], backend });
  } finally {
    underWay = null;
    for (const { tell } of visits.all()) tell.fault({ fault, phase: "over", at: Date.now() });
  }
  return true;
};

serveSite(site, {
  assets: await assets,
  setup: {
    resilient: `ws://127.0.0.1:${resilientProxy.port}/ws`,
    bare: `ws://127.0.0.1:${bareProxy.port}/`,
  },
  perform: performOne,
  setTraffic: (visit, on) => (on ? feed.run(visit) : feed.stop(visit)),
  watch: (id, tell) => {
    const visit = { id, tell };
    visits.join(visit);
    return () => {
      visits.leave(visit);
      feed.stop(id);
    };
  },
});
console.log(`resilient-socket demo: http://localhost:${port}`);

const end = async (): Promise<void> => {
  clearInterval(ticking);
  feed.close();
  await backend.kill();
  for (const log of Object.values(logs)) log.close();
  rmSync(folder, { recursive: true, force: true });
  process.exit();
};
// `kill` of npm reaches only its shell: whoever loses its parent ends too.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && void end(), 1_000).unref();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => void end());
