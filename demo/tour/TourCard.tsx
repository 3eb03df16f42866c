import { type KeyboardEvent, useEffect, useRef } from "react";
import type { Balance } from "../books.ts";
import { count } from "../format.ts";
import type { Store } from "../store.ts";
import { useBalance } from "../useBalance.ts";
import { readingMs } from "./createReading.ts";
import type { Tour, TourState } from "./createTour.ts";
import { steps } from "./steps.ts";

interface TourCardProps {
  readonly state: TourState;
  readonly tour: Tour;
  readonly balance: Store<Balance>;
}

/** What the tour says, where it stands, and how to leave it. */
export function TourCard({ state, tour, balance }: TourCardProps) {
  const card = useRef<HTMLElement>(null);
  const isOn = state.name !== "off";
  // It stands at the end of the page: who came by keyboard is taken to it.
  useEffect(() => {
    if (isOn) card.current?.focus({ preventScroll: true });
  }, [isOn]);
  if (!isOn) return null;
  const onKeyDown = ({ key }: KeyboardEvent): void => {
    if (key === "Escape") tour.stop();
  };
  return (
    <section
      ref={card}
      className="tour"
      aria-label="Tour"
      tabIndex={-1}
      data-tour={state.name}
      onKeyDown={onKeyDown}
    >
      <p className="tour-place">
        {state.name === "over" ? "The books" : `${state.at + 1} of ${steps.length}`}
        {state.name === "breaking" && <span className="tour-busy"> breaking</span>}
      </p>
      <div aria-live="polite">
        {state.name === "over" ? (
          <Books balance={balance} />
        ) : (
          <>
            <h2>{state.step.title}</h2>
            <p>{state.result ?? state.step.text}</p>
          </>
        )}
      </div>
      <Acts state={state} tour={tour} />
      <Clock state={state} />
    </section>
  );
}

type Shown = Exclude<TourState, { readonly name: "off" }>;

function Acts({ state, tour }: { readonly state: Shown; readonly tour: Tour }) {
  const isOver = state.name === "over";
  return (
    <p className="tour-acts">
      {!isOver && (
        <>
          <button type="button" className="quiet-button" onClick={tour.pause}>
            {state.isPaused ? "By itself" : "Wait"}
          </button>
          <button
            type="button"
            className="quiet-button"
            // Not `disabled`: that would take the focus away from who goes on by keyboard.
            aria-disabled={state.name === "breaking"}
            onClick={tour.next}
          >
            Go on
          </button>
        </>
      )}
      <button type="button" className="quiet-button" onClick={tour.stop}>
        {isOver ? "Close" : "End"}
        <span className="visually-hidden"> the tour</span>
      </button>
    </p>
  );
}

/** How long until it goes on by itself. */
function Clock({ state }: { readonly state: Shown }) {
  if (!("step" in state) || state.name === "breaking" || state.isPaused) return null;
  const text = state.result ?? state.step.text;
  return (
    <span
      key={text}
      className="tour-clock"
      aria-hidden="true"
      style={{ animationDuration: `${readingMs(text)}ms` }}
    />
  );
}

function Books({ balance }: { readonly balance: Store<Balance> }) {
  const { resilient, bare } = useBalance(balance);
  const underWay = resilient.sent - resilient.seen;
  return (
    <>
      <h2>{count(resilient.lost)} lost</h2>
      <p>
        {count(resilient.sent)} messages sent, {count(resilient.seen)} seen here again, none twice
        {underWay > 0 && `, ${count(underWay)} on the way`}. The bare socket beside it lost {count(bare.lost)}
        .
      </p>
    </>
  );
}
