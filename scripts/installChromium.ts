import { spawnSync } from "node:child_process";
import { findChromium } from "./chromium.ts";

const patience = ["-o", "DPkg::Lock::Timeout=900"];
const oneLine = "sudo apt-get update && sudo apt-get install -y chromium";

/** The Chromium of this machine; where there is none and we may, installs it, else says what to run. */
export function provideChromium(): string | undefined {
  const found = findChromium();
  if (found) return found;
  if (canInstall()) {
    console.log(
      "No Chromium on this machine, and this is root on a system with apt: installing `chromium` …",
    );
    apt("update");
    apt("install", "-y", "--no-install-recommends", "chromium");
    const installed = findChromium();
    if (installed) return installed;
  }
  console.log(
    `No Chromium on this machine (or set CHROMIUM to its path). To run the browser suites:\n\n    ${oneLine}\n`,
  );
  return undefined;
}

function canInstall(): boolean {
  return process.getuid?.() === 0 && spawnSync("apt-get", ["--version"], { stdio: "ignore" }).status === 0;
}

function apt(...args: readonly string[]): void {
  spawnSync("apt-get", [...patience, "-qq", ...args], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
}
