import type { LogStore } from "./LogStore.ts";
export function sqliteStore(_options: { readonly path: string }): LogStore {
  throw new Error("soon");
}
