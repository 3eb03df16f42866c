import { useEffect, useState } from "react";
import { describeConnection } from "resilient-socket/banner";
import { tabsLedger } from "../harbour.ts";
import { useConnectionState, useQueueState, useResilientWS, useTabRole } from "../socket.ts";
import { useBeat } from "../useBeat.ts";
import { listen, type PageWord, tell } from "./word.ts";

const everyMs = 900;
const shown = 4;
const toPage = () => window.parent;

/** Says numbers and shows what it hears. Every boot counts 1, 2, 3 … of its own. */
export function TabApp({ visit, name }: { readonly visit: string; readonly name: string }) {
  const state = useConnectionState();
  const role = useTabRole();
  const { depth } = useQueueState(({ depth }) => ({ depth }));
  const [isSpeaking, setSpeaking] = useState(false);
  const [isFrozen, setFrozen] = useState(false);
  const [said, setSaid] = useState(0);
  const [lines, setLines] = useState<readonly string[]>([]);
  const { send } = useResilientWS({
    channel: tabsLedger(visit),
    onMessage: ({ data: { from, n } }) => {
      tell(toPage(), { says: "heard", from, n });
      setLines((before) => [`${from.split(".")[0] ?? from} · ${n}`, ...before].slice(0, shown));
    },
  });

  useEffect(() => {
    tell(toPage(), { says: "state", role });
  }, [role]);

  useEffect(
    () =>
      listen<PageWord>(toPage, (word) => {
        if (word === "speak" || word === "pause") return setSpeaking(word === "speak");
        setFrozen(word === "freeze");
        // A page cannot freeze itself: it is told as a browser would tell it.
        document.dispatchEvent(new Event(word));
      }),
    [],
  );

  useBeat(
    isSpeaking && !isFrozen,
    () => {
      const n = said + 1;
      setSaid(n);
      const { status } = send({ from: name, n });
      const stop = status.subscribe(() => {
        const { kind } = status.get();
        if (kind !== "inFlight" && kind !== "acked") return;
        stop();
        tell(toPage(), { says: "sent", from: name, n });
      });
    },
    everyMs,
  );

  const { title } = describeConnection(state);
  return (
    <main className="tab-app" data-state={isFrozen ? "frozen" : state.name}>
      <p className="tab-state">
        <span className="lamp" aria-hidden="true" />
        {isFrozen ? "Frozen" : title}
        {depth > 0 && <span className="tab-depth"> · {depth} waiting</span>}
      </p>
      <ol className="tab-lines" aria-label="Heard">
        {lines.map((line, i) => (
          <li key={`${line} ${i}`}>{line}</li>
        ))}
      </ol>
    </main>
  );
}
