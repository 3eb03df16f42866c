import { createContext, useContext, useSyncExternalStore } from "react";
import type { Stage, StageClock } from "./createStage.ts";

export const StageContext = createContext<Stage | null>(null);

/** The world of the story. Renders again whenever it moved. */
export const useStage = (): { readonly stage: Stage; readonly clock: StageClock } => {
  const stage = useContext(StageContext);
  if (!stage) throw new Error("outside of a scene");
  const clock = useSyncExternalStore(stage.subscribe, stage.clock, stage.clock);
  return { stage, clock };
};
