import { count } from "./format.ts";
import { useQueueState } from "./socket.ts";

/** How full the outbox is: what was sent and is not acknowledged yet. */
export function Queue() {
  const { depth, capacity } = useQueueState(({ depth, capacity }) => ({ depth, capacity }));
  return (
    <div className="queue">
      <dt>waiting in the outbox</dt>
      <dd>
        <span>{count(depth)}</span>
        <meter min={0} max={capacity} value={depth} aria-label="Outbox">
          {depth} of {capacity}
        </meter>
      </dd>
    </div>
  );
}
