/** An app under a strict content security policy. */
import { useEffect, useReducer, useState } from "react";
import { createRoot } from "react-dom/client";
import { ResilientSocketProvider } from "../../providers/ResilientSocketProvider.tsx";
import { useResilientWS } from "../../hooks/useResilientWS.ts";

const plantMarkup = (): void => {
  document.body.innerHTML = "<b>forbidden</b>";
};

function Room() {
  const [heard, hear] = useState("");
  const [violations, report] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    document.addEventListener("securitypolicyviolation", report);
    return () => document.removeEventListener("securitypolicyviolation", report);
  }, []);
  const { send, state } = useResilientWS({ onMessage: ({ data }) => hear(String(data)) });
  useEffect(() => {
    if (state.name === "connected") send("hello");
  }, [send, state.name]);
  return (
    <button onClick={plantMarkup}>
      {state.name}: {heard}, {violations} violations
    </button>
  );
}

createRoot(document.querySelector("#root")!).render(
  <ResilientSocketProvider
    url={`ws://${location.host}/ws`}
    auth={() => ({ token: "ann" })}
    identity="ann"
    name="csp"
  >
    <Room />
  </ResilientSocketProvider>,
);
