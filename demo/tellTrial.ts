import { count, milliseconds } from "./format.ts";
import type { Trial } from "./trial.ts";

/** Longer faults: how long it took once the network was whole again, too. */
const longMs = 500;

const tellBack = ({ backMs, clearedMs }: Trial): string => {
  const back = `back after ${milliseconds(backMs ?? 0)}`;
  const since = (backMs ?? 0) - (clearedMs ?? 0);
  return since > 0 && (clearedMs ?? 0) > longMs
    ? `${back}, ${milliseconds(since)} after the network was`
    : back;
};

const tellRefused = ({ offered, refused, before }: Trial): string =>
  `${before.policy}: ${count(refused)} of ${count(offered)} refused, each told`;

/** What became of a fault, part by part. */
export const tellTrial = (trial: Trial): readonly string[] => {
  const { phase, noticedMs, backMs, waited, lost, offered } = trial;
  const noticed = noticedMs === null ? [] : [`noticed after ${milliseconds(noticedMs)}`];
  if (phase !== "over")
    return noticedMs === null
      ? ["nobody was told yet"]
      : [...noticed, backMs === null ? "reconnecting" : "catching up"];
  const back = backMs === null ? "stayed connected" : tellBack(trial);
  const gone = `${count(lost)}\u00a0lost`;
  if (offered > 0) return [tellRefused(trial), back, gone];
  return [...noticed, back, waited === 1 ? "1 message waited" : `${count(waited)} messages waited`, gone];
};
