import { useState } from "react";
import { ResilientSocketProvider, useResilientWS } from "resilient-socket";

function Room() {
  const [lines, setLines] = useState<string[]>([]);
  const { send, state, queue } = useResilientWS({
    channel: "room:42",
    onMessage: ({ data }) => setLines((all) => [...all, String(data)]),
  });
  return (
    <main>
      <p>{state.name === "connected" ? "live" : `${state.name}, ${queue.depth} waiting`}</p>
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
