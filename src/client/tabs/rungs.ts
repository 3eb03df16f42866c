import type { Clock, Dice } from "../../core/ports.ts";
import type { OpenBus, RungPorts, TabPorts } from "../../core/ports/tabPorts.ts";
import type { TabsState } from "../ResilientClient.ts";
import { leaseLocks } from "./leaseLocks.ts";

/** One way to elect, with what it needs. It may still turn out not to work here: the election says `failed` then. */
export interface Rung extends RungPorts {
  readonly name: Exclude<TabsState["rung"], "solo">;
}

/** The ways this place has, the best first; each tab for itself is what remains. */
export const rungsOf = (tabs: TabPorts, clock: Clock, dice: Dice): readonly Rung[] => {
  const { locks, bus, storageBus, terms, task } = tabs;
  const lease = (name: Rung["name"], by: OpenBus): Rung => ({
    name,
    locks: leaseLocks({ bus: by, task }, clock, dice),
    bus: by,
    terms,
    task,
  });
  return [
    ...(locks && bus ? [{ name: "locks", locks, bus, terms, task } as const] : []),
    ...(bus ? [lease("lease", bus)] : []),
    ...(storageBus ? [lease("storage", storageBus)] : []),
  ];
};
