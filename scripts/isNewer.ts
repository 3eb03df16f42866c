import { globSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const changesOf = (patterns: readonly string[]): readonly number[] =>
  globSync([...patterns], { cwd: root }).map((path) => statSync(root + path).mtimeMs);

/** Whether something was made, and all of it after the last change of what it is made from. Globs from the root. */
export const isNewer = (made: readonly string[], sources: readonly string[]): boolean => {
  const times = changesOf(made);
  return times.length > 0 && Math.min(...times) > Math.max(...changesOf(sources));
};
