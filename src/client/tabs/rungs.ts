import type { Clock, Dice } from "../../core/ports.ts";
import type { Bus, Locks, OpenBus, TabPorts, Terms } from "../../core/ports/tabPorts.ts";
import type { TabsState } from "../ResilientClient.ts";

/** One way to elect, with what it needs. */
export interface Rung {
  readonly name: TabsState["rung"];
  readonly locks: Locks;
  readonly bus: OpenBus;
  readonly terms: Terms;
  readonly task: TabPorts["task"];
}
