import { ResilientSocketDevtools } from "resilient-socket/devtools";
import { BareLedger } from "./BareLedger.tsx";
import { Board } from "./Board.tsx";
import type { Books } from "./books.ts";
import { Chat } from "./Chat.tsx";
import { Connection } from "./Connection.tsx";
import { FaultPanel } from "./FaultPanel.tsx";
import type { Flood } from "./flood.ts";
import { Ledger } from "./Ledger.tsx";
import type { FaultNotice } from "./setup.ts";
import { useResilientClient } from "./socket.ts";
import { Stage } from "./stage/Stage.tsx";
import type { Store } from "./store.ts";
import { steps } from "./tour/steps.ts";
import { TourCard } from "./tour/TourCard.tsx";
import { useTour } from "./tour/useTour.ts";
import { useTrials } from "./useTrials.ts";

interface PageProps {
  readonly visit: string;
  readonly books: Books;
  readonly faults: Store<FaultNotice | null>;
  readonly flood: Flood;
  readonly wanted: boolean;
  readonly onWanted: (wanted: boolean) => void;
  readonly bareOpen: boolean;
}

/** Everything that is seen, below the connection it is about. */
export function Page({ visit, books, faults, flood, wanted, onWanted, bareOpen }: PageProps) {
  const client = useResilientClient();
  const trials = useTrials(books.balance, faults, flood);
  const [tourState, tour] = useTour(trials);
  return (
    <>
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
          <div className="tour-offer">
            <button type="button" className="tour-start" onClick={tour.start}>
              Show me
            </button>
            <p>{steps.length} steps in about three minutes, by itself: everything breaks, nothing is lost.</p>
          </div>
          <div className="ledgers">
            <Ledger balance={books.balance} flood={flood.figures} flowing={wanted} onFlowing={onWanted} />
            <BareLedger balance={books.balance} open={bareOpen} />
          </div>
        </section>
        <Stage visit={visit} stored={books.tabs} flowing={wanted} />
        <FaultPanel trials={trials} flood={flood} />
        <div className="app">
          <Chat me={`Guest ${visit.slice(0, 4)}`} />
          <Board />
        </div>
      </main>
      <TourCard state={tourState} tour={tour} balance={books.balance} />
      {/* As a customer mounts it; the knobs too, since a demo is built for production. */}
      <ResilientSocketDevtools client={client} faults />
    </>
  );
}
