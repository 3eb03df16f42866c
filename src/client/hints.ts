import type { Event } from "../core/machine/events.ts";
import type { Rows } from "../core/machine/step.ts";
import { hintRows } from "../core/machine/transitions.ts";
import type { Sensors } from "../core/ports.ts";

export interface Hints {
  readonly rows: Rows;
  /** Returns the removal. */
  readonly listen: (sensors: Sensors, dispatch: (event: Event) => void) => () => void;
}

/** Heeds what `ports.sensors` say of page and network: sooner probes and retries, no socket in a suspended page. */
export const hints = (): Hints => ({
  rows: hintRows,
  listen: (sensors, dispatch) =>
    sensors.listen((hint) =>
      dispatch(hint === "suspended" || hint === "restored" ? { type: hint } : { type: "hinted", hint }),
    ),
});
