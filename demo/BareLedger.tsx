import type { Balance } from "./books.ts";
import { count } from "./format.ts";
import type { Store } from "./store.ts";
import { Trail } from "./Trail.tsx";
import { useBalance } from "./useBalance.ts";

const rows = ["sent", "stored", "seen", "twice"] as const;

/** The control: the same messages, the same faults, a bare socket that reconnects. */
export function BareLedger({ balance, open }: { readonly balance: Store<Balance>; readonly open: boolean }) {
  const { bare, trail } = useBalance(balance);
  return (
    <section className="card bare" aria-labelledby="bare-title" data-testid="bare">
      <h2 id="bare-title">With a bare WebSocket</h2>
      <p className="bare-note">It reconnects, sends JSON, and forgets.</p>
      <div className="bare-lost" data-clean={bare.lost === 0}>
        <p>lost</p>
        <p data-figure="lost">{count(bare.lost)}</p>
      </div>
      <dl className="bare-rows">
        <div>
          <dt>socket</dt>
          <dd>{open ? "open" : "closed"}</dd>
        </div>
        {rows.map((name) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd data-figure={name}>{count(bare[name])}</dd>
          </div>
        ))}
      </dl>
      <Trail values={trail.map(({ bareLost }) => bareLost)} label="Lost, last minute" floor={100} />
    </section>
  );
}
