import type { Balance } from "./books.ts";
import type { FloodFigures } from "./flood.ts";
import { count } from "./format.ts";
import { Queue } from "./Queue.tsx";
import { Refused } from "./Refused.tsx";
import type { Store } from "./store.ts";
import { Trail } from "./Trail.tsx";
import { useBalance } from "./useBalance.ts";

interface LedgerProps {
  readonly balance: Store<Balance>;
  readonly flood: Store<FloodFigures>;
  readonly flowing: boolean;
  readonly onFlowing: (flowing: boolean) => void;
}

/** The ledger of truth: two records that know nothing of each other. */
export function Ledger({ balance, flood, flowing, onFlowing }: LedgerProps) {
  const { resilient, trail } = useBalance(balance);
  const { sent, stored, seen, lost, twice } = resilient;
  return (
    <section className="card ledger" aria-labelledby="ledger-title" data-testid="ledger">
      <header className="card-head">
        <h2 id="ledger-title">With resilient-socket</h2>
        <button type="button" className="quiet-button" onClick={() => onFlowing(!flowing)}>
          {flowing ? "Pause" : "Resume"}
          <span className="visually-hidden"> traffic</span>
        </button>
      </header>
      <dl className="figures">
        <Figure name="sent" value={sent} note="by the page and by the server" />
        <Figure name="stored" value={stored} note="rows in the server’s log" />
        <Figure name="seen" value={seen} note="arrived on this page" />
      </dl>
      <dl className="verdicts">
        <Verdict name="lost" value={lost} />
        <Verdict name="twice" value={twice} />
        <Refused figures={flood} />
        <Queue />
      </dl>
      <Trail values={trail.map(({ waiting }) => waiting)} label="On the way, last minute" floor={40} />
    </section>
  );
}

function Figure({
  name,
  value,
  note,
}: {
  readonly name: string;
  readonly value: number;
  readonly note: string;
}) {
  return (
    <div className="figure">
      <dt>{name}</dt>
      <dd className="figure-value" data-figure={name}>
        {count(value)}
      </dd>
      <dd className="figure-note">{note}</dd>
    </div>
  );
}

function Verdict({ name, value }: { readonly name: string; readonly value: number }) {
  return (
    <div className="verdict" data-clean={value === 0}>
      <dt>{name}</dt>
      <dd data-figure={name}>{count(value)}</dd>
    </div>
  );
}
