import type { FaultId } from "../faults.ts";
import { lab } from "../lab.ts";
import type { Store } from "../store.ts";
import { tellTrial } from "../tellTrial.ts";
import type { Trial } from "../trial.ts";

/** Resolves when the condition holds; rejects with the signal. */
const until = (condition: () => boolean, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setInterval(() => {
      if (signal.aborted) reject(signal.reason as Error);
      else if (condition()) resolve();
      else return;
      clearInterval(timer);
    }, 100);
  });

const isOver = (trial: Trial | undefined): boolean => trial === undefined || trial.phase === "over";

/** By the lab: a fault of all pages, one at a time. */
export const performFault = async (
  fault: FaultId,
  trials: Store<readonly Trial[]>,
  signal: AbortSignal,
): Promise<string> => {
  await until(() => isOver(trials.get()[0]), signal);
  const last = trials.get()[0]?.startedAt;
  const mine = (): Trial | undefined =>
    trials.get().find((trial) => trial.fault === fault && trial.startedAt !== last);
  void lab.perform(fault);
  await until(() => mine()?.phase === "over", signal);
  const trial = mine() as Trial;
  const [first = "", ...rest] = tellTrial(trial);
  const told = [first.charAt(0).toUpperCase() + first.slice(1), ...rest].join(", ");
  // It finds out with the next number that arrives, which may be later.
  return trial.bareLost ? `${told}. The bare socket lost ${trial.bareLost}.` : `${told}.`;
};

const find = <E extends HTMLElement>(selector: string): E | null => document.querySelector<E>(selector);

/** As a visitor does it: the button of the tab that leads. */
export const crashLeader = async (signal: AbortSignal): Promise<string> => {
  const leads = (): string | undefined => find('[data-tab][data-leader="true"]')?.dataset["tab"];
  await until(() => leads() !== undefined, signal);
  const before = leads();
  const card = `[data-tab="${before}"]`;
  const began = performance.now();
  find(`${card} [data-strike=crash]`)?.click();
  await until(() => leads() !== undefined && leads() !== before, signal);
  const tookMs = Math.round(performance.now() - began);
  const after = leads();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  find(`${card} .tab-gone`)?.click();
  const lost = find("[data-figure=tabs-lost]")?.textContent ?? "";
  return `Tab ${after} has the connection ${tookMs} ms after tab ${before} crashed, ${lost} lost. Tab ${before} is opened again and follows.`;
};
