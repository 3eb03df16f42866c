import type { Balance } from "../books.ts";
import { count } from "../format.ts";
import type { Store } from "../store.ts";
import { useBalance } from "../useBalance.ts";
import type { Tour, TourState } from "./createTour.ts";
import { steps } from "./steps.ts";

interface TourCardProps {
  readonly state: TourState;
  readonly tour: Tour;
  readonly balance: Store<Balance>;
}

/** What the tour says, where it stands, and how to leave it. */
export function TourCard({ state, tour, balance }: TourCardProps) {
  if (state.name === "off") return null;
  const isOver = state.name === "over";
  return (
    <section className="tour" aria-label="Tour" data-tour={state.name}>
      <p className="tour-place">
        {isOver ? "The books" : `${state.at + 1} of ${steps.length}`}
        {state.name === "breaking" && <span className="tour-busy"> breaking</span>}
      </p>
      <div aria-live="polite">
        {isOver ? (
          <Books balance={balance} />
        ) : (
          <>
            <h2>{state.step.title}</h2>
            <p>{state.result ?? state.step.text}</p>
          </>
        )}
      </div>
      <p className="tour-acts">
        {!isOver && (
          <button
            type="button"
            className="quiet-button"
            disabled={state.name === "breaking"}
            onClick={tour.next}
          >
            Go on
          </button>
        )}
        <button type="button" className="quiet-button" onClick={tour.stop}>
          {isOver ? "Close" : "End the tour"}
        </button>
      </p>
    </section>
  );
}

function Books({ balance }: { readonly balance: Store<Balance> }) {
  const { resilient, bare } = useBalance(balance);
  return (
    <>
      <h2>{count(resilient.lost)} lost</h2>
      <p>
        {count(resilient.sent)} messages sent, {count(resilient.stored)} rows in the server’s log,{" "}
        {count(resilient.seen)} seen here, none twice. The bare socket beside it lost {count(bare.lost)}.
      </p>
    </>
  );
}
