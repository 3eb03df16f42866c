import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { count } from "../format.ts";
import { tabsLedger } from "../harbour.ts";
import { useSubscription } from "../socket.ts";
import type { Store } from "../store.ts";
import type { Count } from "../tally.ts";
import { createStageRecord } from "./record.ts";
import { TabCard } from "./TabCard.tsx";
import { travel } from "./travel.ts";
import { type TabName, useStage } from "./useStage.ts";
import { Wires } from "./Wires.tsx";
import { wayUp } from "./wiring.ts";
import type { FrameWord } from "./word.ts";

interface StageProps {
  readonly visit: string;
  /** What an auditor reads of the tabs' messages in the server's log. */
  readonly stored: Store<Count>;
  readonly flowing: boolean;
}

/** Three tabs of one origin, side by side, and the one socket they share. */
export function Stage({ visit, stored, flowing }: StageProps) {
  const [record] = useState(createStageRecord);
  const { frames, leader, hear, put, reopen } = useStage();
  const stage = useRef<HTMLDivElement>(null);
  useSubscription(tabsLedger(visit), ({ data: { from, n } }) => record.heard(from, n), {
    since: { last: 0 },
  });

  const on = (name: TabName, word: FrameWord): void => {
    if (word.says === "state") return hear(name, word);
    if (word.says === "sent") record.sent(word.from, word.n);
    if (!stage.current || !leader) return;
    const up = wayUp(stage.current, name, leader);
    if (word.says === "sent") travel(stage.current, up, "up");
    else travel(stage.current, up.toReversed(), "down");
  };

  return (
    <section className="card stage" aria-labelledby="stage-title" data-testid="stage">
      <header className="card-head">
        <h2 id="stage-title">Three tabs, one socket</h2>
        <p>close, crash or freeze the one with the crown</p>
      </header>
      <div className="stage-floor" ref={stage}>
        <ul className="tab-cards">
          {frames.map((frame) => (
            <TabCard
              key={frame.name}
              frame={frame}
              visit={visit}
              flowing={flowing}
              onWord={(word) => on(frame.name, word)}
              onPut={(is) => put(frame.name, is)}
              onReopen={() => reopen(frame.name)}
            />
          ))}
        </ul>
        <Wires frames={frames} />
        <p className="stage-server">server</p>
      </div>
      <StageLedger stored={stored} said={record.said} seen={record.seen} />
    </section>
  );
}

interface StageLedgerProps {
  readonly stored: Store<Count>;
  readonly said: () => number;
  readonly seen: () => Count;
}

function StageLedger({ stored, said, seen }: StageLedgerProps) {
  const log = useSyncExternalStore(stored.subscribe, stored.get);
  const [page, setPage] = useState({ sent: 0, ...seen() });
  useEffect(() => {
    const timer = setInterval(() => setPage({ sent: said(), ...seen() }), 250);
    return () => clearInterval(timer);
  }, [said, seen]);
  const figures = {
    sent: page.sent,
    stored: log.heard,
    seen: page.heard,
    lost: Math.max(page.lost, log.lost),
    twice: Math.max(page.twice, log.twice),
  };
  return (
    <dl className="stage-figures">
      {Object.entries(figures).map(([name, value]) => (
        <div key={name} data-clean={(name === "lost" || name === "twice") && value === 0}>
          <dt>{name}</dt>
          <dd data-figure={`tabs-${name}`}>{count(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
