import { useEffect, useState } from "react";
import { sleepMs } from "./faults.ts";
import type { FaultNotice } from "./setup.ts";
import type { Store } from "./store.ts";

/** Long enough for the curtain to be drawn. */
const drawnMs = 150;

/**
 * A page cannot stop the machine. It can stop itself: its thread does nothing else, so no timer fires, no frame is read, nothing is
 * drawn. The clock goes on, as it does in a real sleep.
 */
const standStill = (untilMs: number): number => {
  let now;
  do now = Date.now();
  while (now < untilMs);
  return now;
};

/** The page's half of `sleep`; the lab's half takes the network away. */
export function Asleep({ notices }: { readonly notices: Store<FaultNotice | null> }) {
  const [asleep, setAsleep] = useState(false);
  useEffect(
    () =>
      notices.subscribe(() => {
        const notice = notices.get();
        if (notice?.fault !== "sleep" || notice.phase !== "begun") return;
        setAsleep(true);
        setTimeout(() => {
          const wakesAt = notice.at + sleepMs;
          // A loop without a result would be optimised away.
          setAsleep(standStill(wakesAt) < wakesAt);
        }, drawnMs);
      }),
    [notices],
  );
  return asleep ? (
    <div className="asleep" role="status">
      <p>Asleep. Nothing on this page moves until it wakes.</p>
    </div>
  ) : null;
}
