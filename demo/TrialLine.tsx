import { faults } from "./faults.ts";
import { count } from "./format.ts";
import { tellTrial } from "./tellTrial.ts";
import type { Trial } from "./trial.ts";

export function TrialLine({ trial }: { readonly trial: Trial }) {
  const { fault, phase, bareLost, startedAt, before } = trial;
  return (
    <li className="trial" data-phase={phase} data-trial={fault} data-policy={before.policy}>
      <time>{new Date(startedAt).toLocaleTimeString("en", { hour12: false })}</time>
      <strong>{faults.find(({ id }) => id === fault)?.name}</strong>
      <p>{tellTrial(trial).join(" · ")}</p>
      <p className="trial-bare" aria-live="off">
        bare socket: {count(bareLost)} lost
      </p>
    </li>
  );
}
