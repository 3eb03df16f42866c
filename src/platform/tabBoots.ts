import type { Boots } from "../core/ports/boots.ts";

const keyOf = (scope: string): string => `resilient-socket:${scope}`;

/** In `sessionStorage`: of this tab, through reloads and navigations, copied when the tab is duplicated. Denied: nothing is remembered. */
export const tabBoots: Boots = {
  read: (scope) => {
    try {
      const known = JSON.parse(sessionStorage.getItem(keyOf(scope)) ?? "[]") as unknown;
      return Array.isArray(known) ? known.filter((p) => typeof p === "string") : [];
    } catch {
      return [];
    }
  },
  write: (scope, producers) => {
    try {
      sessionStorage.setItem(keyOf(scope), JSON.stringify(producers));
    } catch {
      // Full or denied: dead tabs' messages are found without it.
    }
  },
};
