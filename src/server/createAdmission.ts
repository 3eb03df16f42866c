import type { Admission } from "./context.ts";
import type { ResolvedLimits } from "./limits.ts";

/** Counters that cannot leak: each take has exactly one release, and a second release is a no-op. */
export function createAdmission(limits: ResolvedLimits): Admission {
  const pending = new Map<string, number>();
  const subjects = new Map<string, number>();
  let connections = 0;
  return {
    connections: () => connections,
    knock: (address) => take(pending, address, limits.pendingPerAddress),
    enter: (subject) => {
      const release = take(subjects, subject, limits.connectionsPerSubject);
      if (!release) return undefined;
      connections++;
      return once(() => {
        connections--;
        release();
      });
    },
  };
}

function take(counts: Map<string, number>, key: string, max: number): (() => void) | undefined {
  const count = counts.get(key) ?? 0;
  if (count >= max) return undefined;
  counts.set(key, count + 1);
  return once(() => {
    const left = (counts.get(key) ?? 1) - 1;
    if (left > 0) counts.set(key, left);
    else counts.delete(key);
  });
}

function once(task: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    task();
  };
}
