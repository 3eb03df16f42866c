import { useConnectionState } from "resilient-socket";
import { describeConnection } from "resilient-socket/banner";

/** The state, why, and what comes next. */
export function ConnectionLine() {
  const state = useConnectionState();
  const { title, reason, next } = describeConnection(state);
  return (
    <p className="connection-line" data-state={state.name}>
      <span className="lamp" aria-hidden="true" />
      <strong>{title}</strong>
      {[reason, next].map((part) => part && <span key={part}> {part}</span>)}
    </p>
  );
}
