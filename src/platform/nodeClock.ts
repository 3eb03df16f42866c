import type { Clock } from "../core/ports.ts";
import { systemClock } from "./systemClock.ts";

/** As `systemClock`, but `soon` waits until every socket that is readable now has been read: one turn, one commit. */
export const nodeClock: Clock = { ...systemClock, soon: (task) => void setImmediate(task) };
