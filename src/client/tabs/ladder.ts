/** The election on the best rung that works here; below the last one a tab leads alone. */
import type { ElectionEvent } from "../../core/election/events.ts";
import type { TabsState } from "../ResilientClient.ts";
import { type ElectionHost, runElection, type RunningElection } from "./runElection.ts";
import type { Rung } from "./rungs.ts";

export interface LadderHost extends Omit<ElectionHost, "name" | "me" | "ports" | "lead" | "failed"> {
  readonly name: () => string;
  readonly me: () => string;
  /** Undefined: alone, under no term. */
  readonly lead: (as: Parameters<ElectionHost["lead"]>[0] | undefined) => void;
}

export interface Ladder {
  /** The highest term heard of, and where. */
  readonly place: () => Omit<TabsState, "role">;
  readonly enter: () => void;
  readonly leave: () => void;
  readonly dispatch: (event: ElectionEvent) => void;
  readonly post: RunningElection["post"];
  readonly task: (work: () => void) => void;
}

export const createLadder = (rungs: readonly Rung[], host: LadderHost): Ladder => {
  let at = 0;
  let election: RunningElection | undefined;

  const enter = (): void => {
    const ports = rungs[at];
    if (!ports) return host.lead(undefined);
    election ??= runElection({ ...host, name: host.name(), me: host.me(), ports, failed: goDown });
    election.dispatch({ type: "joined" });
  };
  const leave = (): void => {
    if (election) election.dispatch({ type: "left" });
    else host.stepDown();
  };
  const goDown = (): void => {
    leave();
    election = undefined;
    at++;
    enter();
  };

  return {
    place: () => ({ rung: rungs[at]?.name ?? "solo", term: election?.state().known.seenTerm ?? 0 }),
    enter,
    leave,
    dispatch: (event) => election?.dispatch(event),
    post: (message) => election?.post(message),
    task: (work) => rungs[at]?.task(work),
  };
};
