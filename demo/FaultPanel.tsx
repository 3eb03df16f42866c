import { faults } from "./faults.ts";
import type { Flood } from "./flood.ts";
import { lab } from "./lab.ts";
import { PolicyChoice } from "./PolicyChoice.tsx";
import type { Trial } from "./trial.ts";
import { TrialLine } from "./TrialLine.tsx";

interface FaultPanelProps {
  /** What faults did so far, newest first. */
  readonly trials: readonly Trial[];
  readonly flood: Flood;
}

/** Nine ways to lose a connection, what to expect of each, and what then happened. */
export function FaultPanel({ trials, flood }: FaultPanelProps) {
  const running = trials[0]?.phase === "over" ? undefined : trials[0];
  return (
    <section className="faults" aria-labelledby="faults-title">
      <h2 id="faults-title">Break it</h2>
      <ul className="fault-list">
        {faults.map(({ id, name, lasts, expect }) => (
          <li key={id}>
            <button
              type="button"
              className="fault"
              data-fault={id}
              data-running={running?.fault === id}
              aria-disabled={running !== undefined}
              onClick={() => {
                if (!running) void lab.perform(id);
              }}
            >
              <span className="fault-name">{name}</span>
              <span className="fault-lasts">{lasts}</span>
              <span className="fault-expect">{expect}</span>
            </button>
            {id === "overflow" && <PolicyChoice policy={flood.policy} />}
          </li>
        ))}
      </ul>
      <ol className="trials" aria-live="polite" aria-label="What happened">
        {trials.length === 0 && <li className="trials-empty">Nothing has happened yet.</li>}
        {trials.map((trial) => (
          <TrialLine key={trial.startedAt} trial={trial} />
        ))}
      </ol>
    </section>
  );
}
