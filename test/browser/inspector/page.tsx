/** An app with its inspector, under traffic that the test steers. */
import { createRoot } from "react-dom/client";
import { ResilientSocketDevtools } from "../../../devtools/ResilientSocketDevtools.tsx";
import { createResilientClient } from "../../../src/client/createResilientClient.ts";

const client = createResilientClient({
  url: `ws://127.0.0.1:${new URLSearchParams(location.search).get("port")}/ws`,
  tabs: { election: "solo" },
  outbox: { capacity: 4_000 },
});
let seen = 0;
client.subscribe("room", () => void seen++);
client.connect();

const longTasks: number[] = [];
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) longTasks.push(Math.round(duration));
}).observe({ type: "longtask" });

const batch = 20;
/** So many a second, in small steps, for a time; answers how many wait then. */
const drive = (perSecond: number, ms: number): Promise<number> =>
  new Promise((resolve) => {
    const begin = performance.now();
    let sent = 0;
    const timer = setInterval(() => {
      const elapsedMs = performance.now() - begin;
      for (; sent < (elapsedMs / 1_000) * perSecond; sent++) client.send({ n: sent }, { channel: "room" });
      if (elapsedMs < ms) return;
      clearInterval(timer);
      resolve(client.outbox.state.get().depth);
    }, batch);
  });

const steer = {
  drive,
  depth: () => client.outbox.state.get().depth,
  seen: () => seen,
  state: () => client.state.get().name,
  takeLongTasks: () => longTasks.splice(0),
};
export type Steer = typeof steer;
Object.assign(window, { steer });

createRoot(document.querySelector("#root")!).render(<ResilientSocketDevtools client={client} faults />);
