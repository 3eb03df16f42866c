import { useEffect, useState, useSyncExternalStore } from "react";
import { hideInspector, showInspector } from "resilient-socket/devtools";
import { createStore } from "../store.ts";
import type { Trial } from "../trial.ts";
import { createTour, type Tour, type TourState } from "./createTour.ts";
import { crashLeader, performFault } from "./perform.ts";
import { type Step, steps } from "./steps.ts";

const top = "[data-testid=ledger]";

const show = ({ pane, look = top }: Step): void => {
  if (pane) showInspector(pane);
  else hideInspector();
  const quiet = matchMedia("(prefers-reduced-motion: reduce)").matches;
  document.querySelector(look)?.scrollIntoView({ block: "start", behavior: quiet ? "instant" : "smooth" });
};

/** The tour over what has been observed of the faults. */
export function useTour(trials: readonly Trial[]): readonly [TourState, Tour] {
  const [{ tour, observed }] = useState(() => {
    const observed = createStore<readonly Trial[]>([]);
    return {
      observed,
      tour: createTour({
        steps,
        show,
        perform: (what, signal) =>
          what === "leader" ? crashLeader(signal) : performFault(what, observed, signal),
        ended: () => {
          hideInspector();
          document.querySelector<HTMLElement>(".tour-start")?.focus({ preventScroll: true });
        },
      }),
    };
  });
  useEffect(() => observed.set(trials), [observed, trials]);
  return [useSyncExternalStore(tour.state.subscribe, tour.state.get), tour];
}
