import type { Clock } from "../../core/ports.ts";
import type { Locks } from "../../core/ports/tabPorts.ts";
import { afterAwake } from "./within.ts";

/** Whoever numbers with a producer holds its name; without a version, or a newer app would think that a living tab is dead. */
export const living = (p: string): string => `resilient-socket:producer:${p}`;
/** Whoever sends what another numbered: another name, so that "being sent" is not taken for "alive". */
export const adopting = (p: string): string => `resilient-socket:adopt:${p}`;

export type Release = () => void;

export interface Holds {
  /** Waits for the name at most so long; undefined: it is held, or the page went. Where there are no locks everything is free. */
  readonly take: (name: string, withinMs: number, stolen?: () => void) => Promise<Release | undefined>;
  /** Takes the name from whoever holds it; undefined: the page went. */
  readonly rob: (name: string, stolen?: () => void) => Promise<Release | undefined>;
  /** From now on, until `releaseAll` or until it is stolen. */
  readonly keep: (name: string, stolen: () => void) => void;
  /** `unknown`: where nobody can tell. Default false. */
  readonly isHeld: (name: string, unknown?: boolean) => Promise<boolean>;
  /** Lets go of everything and waits for nothing: a waiter in a frozen page would be granted what it cannot use. */
  readonly releaseAll: () => void;
}

const nothing = (): void => undefined;

export const createHolds = (locks: Locks | undefined, clock: Clock): Holds => {
  const releases = new Set<() => void>();
  let scope = new AbortController();

  const hold = (
    name: string,
    how: "queue" | "steal",
    withinMs: number,
    stolen: () => void,
  ): Promise<Release | undefined> =>
    new Promise((resolve) => {
      if (!locks) return resolve(nothing);
      let done = nothing;
      const release = (): void => {
        if (!releases.delete(release)) return;
        done();
        letGo();
        resolve(undefined);
      };
      releases.add(release);
      const letGo = locks.hold(name, how, {
        granted: () => {
          done();
          resolve(release);
        },
        lost: () => {
          if (releases.delete(release)) stolen();
        },
        failed: () => {
          done();
          releases.delete(release);
          resolve(nothing);
        },
      });
      if (withinMs < Infinity) done = afterAwake(clock, withinMs, release);
    });

  return {
    take: (name, withinMs, stolen = nothing) => hold(name, "queue", withinMs, stolen),
    rob: (name, stolen = nothing) => hold(name, "steal", Infinity, stolen),
    keep: (name, stolen) => void hold(name, "queue", Infinity, stolen),
    isHeld: async (name, unknown = false) => {
      try {
        return (await locks?.isHeld(name, scope.signal)) ?? unknown;
      } catch {
        return unknown;
      }
    },
    releaseAll: () => {
      scope.abort();
      scope = new AbortController();
      for (const release of [...releases]) release();
    },
  };
};
