import type { RungPorts, TabPorts } from "../../core/ports/tabPorts.ts";
import type { TabsState } from "../ResilientClient.ts";

/** One way to elect, with what it needs. */
export interface Rung extends RungPorts {
  readonly name: Exclude<TabsState["rung"], "solo">;
}

/** The ways this place has, the best first. */
export const rungsOf = ({ locks, bus, terms, task }: TabPorts): readonly Rung[] =>
  locks && bus ? [{ name: "locks", locks, bus, terms, task }] : [];
