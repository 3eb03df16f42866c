import { useEffect, useState } from "react";
import { Asleep } from "./Asleep.tsx";
import type { Books } from "./books.ts";
import type { Flood } from "./flood.ts";
import { lab } from "./lab.ts";
import { Page } from "./Page.tsx";
import type { FaultNotice, Setup } from "./setup.ts";
import { ResilientSocketProvider } from "./socket.ts";
import type { Store } from "./store.ts";
import { Traffic } from "./Traffic.tsx";
import { useBareTraffic } from "./useBareTraffic.ts";

interface AppProps {
  readonly visit: string;
  readonly books: Books;
  readonly faults: Store<FaultNotice | null>;
  readonly flood: Flood;
  readonly setup: Setup;
}

export function App({ visit, books, faults, flood, setup }: AppProps) {
  const [wanted, setWanted] = useState(true);
  const [ready, setReady] = useState(false);
  // Both apps start at the same moment, when both are connected for the first time.
  const bare = useBareTraffic(`${setup.bare}?visit=${visit}`, books.bare, {
    on: wanted && ready,
    flood: flood.figures,
  });
  const flowing = wanted && ready && bare.ready;
  useEffect(() => {
    if (ready && bare.ready) void lab.setTraffic(visit, wanted);
  }, [visit, ready, bare.ready, wanted]);

  return (
    <ResilientSocketProvider url={setup.resilient}>
      <Traffic visit={visit} record={books.resilient} on={flowing} onReady={() => setReady(true)} />
      <Asleep notices={faults} />
      <Page
        visit={visit}
        books={books}
        faults={faults}
        flood={flood}
        wanted={wanted}
        onWanted={setWanted}
        bareOpen={bare.open}
      />
      <footer className="colophon">
        <p>
          “Stored” is read from the database file by a process that serves neither app. “Seen” is counted from
          the numbers inside the payloads. “Lost” means: something newer arrived and this never did. What the
          outbox refused, and said so, was never sent. A page cannot stop its machine: “Laptop sleeps” stops
          its only thread and its network.
        </p>
      </footer>
    </ResilientSocketProvider>
  );
}
