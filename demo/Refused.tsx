import { useSyncExternalStore } from "react";
import { type FloodFigures, refusedOf, unansweredOf } from "./flood.ts";
import { count } from "./format.ts";
import type { Store } from "./store.ts";

/** What the outbox did not take, and whether every receipt said so. */
export function Refused({ figures }: { readonly figures: Store<FloodFigures> }) {
  const flood = useSyncExternalStore(figures.subscribe, figures.get);
  const [refused, unanswered] = [refusedOf(flood), unansweredOf(flood)];
  return (
    <div className="verdict refused" data-unanswered={unanswered}>
      <dt>
        refused<span className="visually-hidden"> by the outbox</span>
      </dt>
      <dd data-figure="refused">{count(refused)}</dd>
      {refused > 0 && (
        <dd className="refused-note">{unanswered ? `${count(unanswered)} wait` : "each told"}</dd>
      )}
    </div>
  );
}
