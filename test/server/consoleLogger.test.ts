import { afterEach, expect, it, vi } from "vitest";
import { consoleLogger } from "../../src/server/consoleLogger.ts";

afterEach(() => vi.restoreAllMocks());

it("says warnings and errors, each code at most every ten seconds, and nothing else (S20)", () => {
  const [warn, error] = [vi.spyOn(console, "warn"), vi.spyOn(console, "error")].map((spy) =>
    spy.mockImplementation(() => undefined),
  );
  let nowMs = 0;
  const log = consoleLogger({ nowMs: () => nowMs });
  log("info", "STARTED", {});
  log("debug", "CLOSED", {});
  for (let i = 0; i < 100; i++) log("warn", "UPGRADE_REFUSED", { i });
  log("error", "WS_MISSING", {});
  expect(warn).toHaveBeenCalledTimes(1);
  expect(error).toHaveBeenCalledTimes(1);
  nowMs = 10_000;
  log("warn", "UPGRADE_REFUSED", {});
  expect(warn).toHaveBeenCalledTimes(2);
});
