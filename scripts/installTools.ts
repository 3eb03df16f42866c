import { spawnSync } from "node:child_process";
import { canInstall, apt } from "./apt.ts";

/** Whether these commands are on this machine now: missing ones are installed where we may, else the line to run is printed. */
export function installTools(packages: Readonly<Record<string, string>>): boolean {
  const missing = (): string[] =>
    Object.entries(packages)
      .filter(([command]) => spawnSync(command, ["--version"], { stdio: "ignore" }).error)
      .map(([, name]) => name);
  const names = missing();
  if (names.length === 0) return true;
  if (canInstall()) {
    console.log(`This is root on a system with apt: installing ${names.join(" ")} …`);
    apt("update");
    apt("install", "-y", "--no-install-recommends", ...names);
    if (missing().length === 0) return true;
  }
  console.log(
    `Missing on this machine:\n\n    sudo apt-get update && sudo apt-get install -y ${names.join(" ")}\n`,
  );
  return false;
}
