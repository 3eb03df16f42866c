import { faults } from "./faults.ts";
import { count, milliseconds } from "./format.ts";
import type { Trial } from "./trial.ts";

/** `since` tells the recovery proper from the fault that it had to wait for. */
const tell = ({ phase, noticedMs, backMs, clearedMs, waited, lost }: Trial): readonly string[] => {
  if (phase !== "over")
    return noticedMs === null
      ? ["nobody was told yet"]
      : [`noticed after ${milliseconds(noticedMs)}`, backMs === null ? "reconnecting" : "catching up"];
  const since = backMs !== null && clearedMs !== null ? backMs - clearedMs : 0;
  const back = backMs === null ? [] : [`back after ${milliseconds(backMs)}`];
  return [
    noticedMs === null ? "stayed connected" : `noticed after ${milliseconds(noticedMs)}`,
    ...back,
    ...(since > 0 ? [`${milliseconds(since)} after the network was`] : []),
    waited === 1 ? "1 message waited" : `${count(waited)} messages waited`,
    `${count(lost)} lost`,
  ];
};

export function TrialLine({ trial }: { readonly trial: Trial }) {
  const { fault, phase, bareLost, startedAt } = trial;
  return (
    <li className="trial" data-phase={phase} data-trial={fault}>
      <time>{new Date(startedAt).toLocaleTimeString("en", { hour12: false })}</time>
      <strong>{faults.find(({ id }) => id === fault)?.name}</strong>
      <p>{tell(trial).join(" · ")}</p>
      <p className="trial-bare" aria-live="off">
        bare socket: {count(bareLost)} lost
      </p>
    </li>
  );
}
