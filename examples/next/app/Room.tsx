"use client";

import { useState } from "react";
import { useQueueState, useResilientWS } from "resilient-socket";

export function Room() {
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
