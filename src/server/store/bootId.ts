import { readFileSync } from "node:fs";

/** Changes with every start of the machine; undefined where the system does not tell. */
export function bootId(): string | undefined {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return undefined;
  }
}
