import type { Ports } from "../../core/ports.ts";
import type { OpenBus, RungPorts } from "../../core/ports/tabPorts.ts";
import type { TabsState } from "../ResilientClient.ts";
import { leaseLocks } from "./leaseLocks.ts";

/** One way to elect, with what it needs. It may still turn out not to work here: the election says `failed` then. */
export interface Rung extends RungPorts {
  readonly name: Exclude<TabsState["rung"], "solo">;
}

/** The ways this place has, the best first; each tab for itself is what remains. */
export const rungsOf = ({ tabs, clock, dice, sensors }: Omit<Ports, "socket">): readonly Rung[] => {
  if (!tabs) return [];
  const { locks, bus, storageBus, terms, task } = tabs;
  const isHidden = (): boolean => !!sensors?.hidden();
  const lease = (name: Rung["name"], by: OpenBus): Rung => ({
    name,
    locks: leaseLocks({ bus: by, task, isHidden }, clock, dice),
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
