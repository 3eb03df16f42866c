"use client";

import { useState } from "react";
import { useResilientWS } from "resilient-socket";

export function Room() {
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
