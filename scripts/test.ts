import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { provideChromium } from "./installChromium.ts";
import { seconds, summaryLine } from "./summary.ts";
import { readVitestReport, spanOf } from "./vitestReport.ts";

/** `npm test [-- vitest arguments]`: every suite, with what it needs found or installed; the last line is the sum. */
const startedMs = performance.now();
const folder = mkdtempSync(join(tmpdir(), "resilient-socket-test-"));
const report = join(folder, "report.json");

const chromium = provideChromium();
const browserSuites = chromium ? [] : globSync(["test/browser/**/*.test.ts", "stories/**/*.stories.tsx"]);

const vitest = spawnSync(
  "vitest",
  ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...process.argv.slice(2)],
  {
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      // `npm run test:chaos` strikes 20 times a mode, `npm test` 4 times.
      CHAOS_CUTS: process.argv.includes("chaos") ? "20" : "4",
      // `npm run test:browser` strikes tabs for half an hour, `npm test` for a minute.
      BROWSER_DEPTH: process.argv.includes("browser") ? "thorough" : "brief",
      ...process.env,
      ...(chromium && { CHROMIUM: chromium }),
    },
  },
);

const ran = readVitestReport(report, vitest.status ?? 1);
const storiesMs = spanOf(report, join(process.cwd(), "stories/"));
rmSync(folder, { recursive: true, force: true });

for (const suite of browserSuites) console.log(`skipped, needs Chromium: ${suite}`);
if (storiesMs !== undefined) console.log(`the stories took ${(storiesMs / 1000).toFixed(1)} s of it`);
console.log(`all suites took ${seconds(startedMs)}`);
console.log(summaryLine({ ...ran, skipped: ran.skipped + browserSuites.length }));

const skippedUnderCi = browserSuites.length > 0 && Boolean(process.env["CI"]);
process.exitCode = vitest.status !== 0 || ran.failed > 0 || skippedUnderCi ? 1 : 0;
