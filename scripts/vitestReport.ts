import { readFileSync } from "node:fs";
import type { Summary } from "./summary.ts";

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly SuiteResult[];
}

interface SuiteResult {
  /** The file. */
  readonly name: string;
  readonly startTime: number;
  readonly endTime: number;
  readonly status: string;
  readonly assertionResults: readonly { readonly status: string }[];
}

/** Totals of vitest's JSON report. A file that failed without a failed test (it did not load) counts as one failure. */
export function readVitestReport(path: string, exitCode: number): Summary {
  const report = parse(path);
  if (!report) return { passed: 0, failed: 1, skipped: 0 };
  const unloaded = report.testResults.filter(
    (suite) => suite.status === "failed" && !suite.assertionResults.some((test) => test.status === "failed"),
  ).length;
  const failed = report.numFailedTests + unloaded;
  return {
    passed: report.numPassedTests,
    // An unhandled error fails the run without failing a test.
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** How long the suites in a folder took, in ms, from the first start to the last end; undefined when none ran. */
export function spanOf(path: string, folder: string): number | undefined {
  const suites = (parse(path)?.testResults ?? []).filter(({ name }) => name.startsWith(folder));
  if (suites.length === 0) return undefined;
  return (
    Math.max(...suites.map(({ endTime }) => endTime)) - Math.min(...suites.map(({ startTime }) => startTime))
  );
}

function parse(path: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Report;
  } catch {
    return undefined;
  }
}
