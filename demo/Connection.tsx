import { useEffect, useState } from "react";
import { describeConnection } from "resilient-socket/banner";
import { seconds } from "./format.ts";
import { useConnectionState } from "./socket.ts";

/** The state with its reason, and when the next attempt is due. */
export function Connection() {
  const state = useConnectionState();
  const { title, reason } = describeConnection(state);
  return (
    <div className="connection" data-state={state.name}>
      <span className="lamp" aria-hidden="true" />
      <p aria-live="polite">
        <strong>{title}</strong>
        {reason && <span className="connection-reason"> {reason}</span>}
      </p>
      {state.name === "reconnecting" && (
        <p className="countdown">
          attempt {state.attempt + 1} in <Countdown key={state.retryAt} until={state.retryAt} />
        </p>
      )}
    </div>
  );
}

function Countdown({ until }: { readonly until: number }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 100);
    return () => clearInterval(timer);
  }, []);
  return <time>{seconds(until - now)}</time>;
}
