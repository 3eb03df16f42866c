import { ResilientSocketError } from "../../core/errors.ts";
import { contain } from "../contain.ts";

/** Jobs that arrive in one turn share one transaction: all of them are committed, or none. */
export interface GroupCommit {
  /** Resolves after the commit. A job may refuse itself with KEY_REUSED before it has changed anything. */
  readonly add: <T>(job: () => T) => Promise<T>;
  readonly idle: () => Promise<void>;
}

export interface GroupCommitOptions {
  readonly soon: (task: () => void) => void;
  readonly begin: () => void;
  readonly commit: () => void;
  readonly rollback: () => void;
}

interface Job {
  readonly run: () => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

export function groupCommit({ soon, begin, commit, rollback }: GroupCommitOptions): GroupCommit {
  let pending: Job[] = [];

  const runAll = () => {
    const jobs = pending;
    pending = [];
    if (jobs.length === 0) return;
    try {
      begin();
      const outcomes = jobs.map(attempt);
      commit();
      for (const settle of outcomes) settle();
    } catch (error) {
      for (const { reject } of jobs) reject(error);
      contain(rollback, () => {});
    }
  };

  const add = <T>(run: () => T): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (pending.length === 0) soon(runAll);
      pending.push({ run, resolve: resolve, reject });
    });

  return {
    add,
    idle: () => new Promise((resolve) => soon(resolve)),
  };
}

/** Runs a job; its settling waits for the commit. */
function attempt({ run, resolve, reject }: Job): () => void {
  try {
    const value = run() as never;
    return () => resolve(value);
  } catch (error) {
    if (error instanceof ResilientSocketError && error.code === "KEY_REUSED") return () => reject(error);
    throw error;
  }
}
