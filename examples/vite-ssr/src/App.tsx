import { useState } from "react";
import { ResilientSocketProvider, useQueueState, useResilientWS } from "resilient-socket";

function Room() {
  const [lines, setLines] = useState<string[]>([]);
  const { send, state } = useResilientWS({
    channel: "room:42",
    onMessage: ({ data }) => setLines((all) => [...all, String(data)]),
  });
  const { depth } = useQueueState();
  return (
    <main>
      <p>{state.name === "connected" ? "live" : `${state.name}, ${depth} waiting`}</p>
      <ol>
        {lines.map((line, i) => (
          <li key={i}>{line}</li>
        ))}
      </ol>
      <button onClick={() => send("hello")}>Say hello</button>
    </main>
  );
}

/** `url` is where the page came from: on the server nothing is dialled, so that any will do there. */
export const App = ({ url }: { readonly url: string }) => (
  <ResilientSocketProvider url={url} auth={() => ({ token: "secret" })} identity="ada">
    <Room />
  </ResilientSocketProvider>
);
