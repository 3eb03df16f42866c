import { apt, canInstall } from "./apt.ts";
import { findChromium } from "./chromium.ts";

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
