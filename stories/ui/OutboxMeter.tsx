import { useQueueState } from "resilient-socket";

const count = new Intl.NumberFormat("en");

/** How full the outbox is. */
export function OutboxMeter() {
  const { depth, waiting, inFlight, capacity, saturation } = useQueueState();
  return (
    <div className="outbox-meter">
      <p>
        <strong>{count.format(depth)}</strong> in the outbox
        {inFlight > 0 && <>, {count.format(inFlight)} of them in flight</>}
        {waiting > 0 && <>, {count.format(waiting)} wait for room</>}
      </p>
      <div
        className="meter"
        role="meter"
        aria-label="Outbox"
        aria-valuenow={depth}
        aria-valuemin={0}
        aria-valuemax={capacity}
        data-full={saturation >= 1}
      >
        <i style={{ inlineSize: `${saturation * 100}%` }} />
      </div>
    </div>
  );
}
