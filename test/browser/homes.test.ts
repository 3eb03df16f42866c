import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundlePage } from "./bundlePage.ts";
import { createStage, type Stage, until } from "./tabs/createStage.ts";
import { flawless, judge } from "./tabs/judge.ts";
import type { PageOptions } from "./tabs/records.ts";

let stage: Stage;
// RFC 6761 keeps `.test` for tests; a name that is not localhost makes plain http an insecure context.
beforeAll(
  async () => void (stage = await createStage({ flags: ["--host-resolver-rules=MAP app.test 127.0.0.1"] })),
);
afterAll(() => stage?.close());

/** Connected, and every message of it acknowledged; a page says at its start how many it sends. */
const worked = (name: string): boolean =>
  stage.last("state", name)?.name === "connected" &&
  stage.records.filter((record) => record.tab === name && record.kind === "settled" && record.how === "acked")
    .length === 5;
const page: Partial<PageOptions> = { hears: ["up"], sends: 5 };

/** Opens two of a home, one after the other; answers how many connections they have, and each one's rung. */
const openTwo = async (
  home: string,
  open: (name: string) => Promise<unknown>,
): Promise<readonly unknown[]> => {
  const before = stage.server.sockets();
  const names = [`${home} 1`, `${home} 2`];
  for (const name of names) {
    await open(name);
    await until(`${name} worked`, () => worked(name));
  }
  return [stage.server.sockets() - before, ...names.map((name) => stage.last("role", name)?.rung)];
};

describe("where it runs, and on which rung", () => {
  it("two dedicated workers share one connection, by locks", async () => {
    expect(await openTwo("worker", (name) => stage.open(name, { home: "worker.html", page }))).toEqual([
      1,
      "locks",
      "locks",
    ]);
  });

  it("plain http has no locks and shares one connection, by leases (fault 33)", async () => {
    const home = `http://app.test:${stage.server.port}/page.html`;
    expect(await openTwo("plain", (name) => stage.open(name, { home, page }))).toEqual([1, "lease", "lease"]);
    const tab = await stage.open("plain 3", { home, page });
    const has = await tab.evaluate("[isSecureContext, 'locks' in navigator, 'randomUUID' in crypto]");
    expect(has).toEqual([false, false, false]);
  });

  it("a frame with an opaque origin is alone, and says so", async () => {
    const open = (name: string) => stage.open(name, { home: "frame.html", page });
    expect(await openTwo("frame", open)).toEqual([2, "lease", "lease"]);
  });

  it("pages from files share one connection, by locks", async () => {
    const folder = await mkdtemp(join(tmpdir(), "resilient-socket-file-"));
    try {
      for (const [name, text] of await bundlePage(new URL("./tabs/page.ts", import.meta.url)))
        await writeFile(join(folder, name), text);
      const code = (await bundlePage(new URL("./tabs/page.ts", import.meta.url))).get("page.js") ?? "";
      await writeFile(join(folder, "page.html"), `<!doctype html><script type="module">${code}</script>`);
      const home = pathToFileURL(join(folder, "page.html")).href;
      const url = `ws://127.0.0.1:${stage.server.port}/ws`;
      expect(await openTwo("file", (name) => stage.open(name, { home, page: { ...page, url } }))).toEqual([
        1,
        "locks",
        "locks",
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

it("nothing of it was lost, twice or out of order", () => {
  // Each home is an origin of its own, with a connection of its own.
  expect({ ...judge(stage.records, stage.server.records), leadersAtOnce: [] }).toEqual(flawless);
});
