import type { Hint, Link, Sensors } from "../core/ports.ts";

/** Present in Chromium only; a hint like the others. https://wicg.github.io/netinfo/ */
type WithConnection = Navigator & { readonly connection?: EventTarget & Link };

/** Page and network of a browser; undefined where there is no page (Node, workers without one). */
export const browserSensors = (): Sensors | undefined => {
  if (typeof document === "undefined" || typeof addEventListener !== "function") return undefined;
  return {
    hidden: () => document.visibilityState === "hidden",
    // Absent in jsdom.
    touch: () => typeof matchMedia === "function" && matchMedia("(pointer: coarse)").matches,
    link: () => (navigator as WithConnection).connection ?? {},
    listen: (hear) => {
      const scope = new AbortController();
      const on = (
        target: EventTarget | undefined,
        type: string,
        hint: (event: Event) => Hint | false,
      ): void => {
        const heard = (event: Event): void => {
          const what = hint(event);
          if (what) hear(what);
        };
        target?.addEventListener(type, heard, { signal: scope.signal });
      };
      on(window, "online", () => "online");
      on(window, "offline", () => "offline");
      on((navigator as WithConnection).connection, "change", () => "network");
      on(document, "visibilitychange", () => (document.visibilityState === "hidden" ? "hidden" : "visible"));
      on(window, "pagehide", () => "suspended");
      on(document, "freeze", () => "suspended");
      on(document, "resume", () => "restored");
      on(window, "pageshow", (event) => (event as PageTransitionEvent).persisted && "restored");
      return () => scope.abort();
    },
  };
};
