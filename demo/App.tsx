import { useEffect, useState } from "react";
import { ResilientSocketDevtools } from "resilient-socket/devtools";
import { Asleep } from "./Asleep.tsx";
import { BareLedger } from "./BareLedger.tsx";
import { Board } from "./Board.tsx";
import type { Books } from "./books.ts";
import { Chat } from "./Chat.tsx";
import { Connection } from "./Connection.tsx";
import { FaultPanel } from "./FaultPanel.tsx";
import type { Flood } from "./flood.ts";
import { lab } from "./lab.ts";
import { Ledger } from "./Ledger.tsx";
import type { FaultNotice, Setup } from "./setup.ts";
import { ResilientSocketProvider, useResilientClient } from "./socket.ts";
import { Stage } from "./stage/Stage.tsx";
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
      <header className="masthead">
        <p className="wordmark">resilient-socket</p>
        <Connection />
      </header>
      <main>
        <section className="hero" aria-labelledby="claim">
          <h1 id="claim">Pull the plug. Count what is missing.</h1>
          <p className="lead">
            Twenty numbered messages a second travel each way through a network that you can break below. The
            page keeps its own record; another process counts the rows in the server’s log. They must agree.
          </p>
          <div className="ledgers">
            <Ledger balance={books.balance} flood={flood.figures} flowing={wanted} onFlowing={setWanted} />
            <BareLedger balance={books.balance} open={bare.open} />
          </div>
        </section>
        <Stage visit={visit} stored={books.tabs} flowing={wanted} />
        <FaultPanel balance={books.balance} notices={faults} flood={flood} />
        <div className="app">
          <Chat me={`Guest ${visit.slice(0, 4)}`} />
          <Board />
        </div>
      </main>
      <Inspect />
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

/** As a customer mounts it; the knobs too, since a demo is built for production. */
function Inspect() {
  return <ResilientSocketDevtools client={useResilientClient()} faults />;
}
