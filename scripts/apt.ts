import { spawnSync } from "node:child_process";

const patience = ["-o", "DPkg::Lock::Timeout=900"];

export function canInstall(): boolean {
  return process.getuid?.() === 0 && spawnSync("apt-get", ["--version"], { stdio: "ignore" }).status === 0;
}

export function apt(...args: readonly string[]): void {
  spawnSync("apt-get", [...patience, "-qq", ...args], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
}
