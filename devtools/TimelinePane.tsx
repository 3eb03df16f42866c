"use client";
import * as React from "react";
import { useStore } from "../hooks/useStore.ts";
import { edgesOf } from "../src/devtools/edges.ts";
import { isQuiet, type Moment } from "../src/devtools/moments.ts";
import { replay } from "../src/devtools/replay.ts";
import { useTools } from "./context.ts";
import { Diagram } from "./Diagram.tsx";
import { MomentList } from "./MomentList.tsx";
import { MomentRecord } from "./MomentRecord.tsx";
import { Scrubber } from "./Scrubber.tsx";
import { useIsNarrow } from "./useIsNarrow.ts";
import { useLatest } from "./useLatest.ts";

/** The machine's diagram, lit where the connection is or was, and what brought it there. */
export function TimelinePane(): React.ReactNode {
  const { recorder, say } = useTools();
  const all = useLatest(recorder.moments);
  const live = useStore(recorder.client.state).name;
  const moments = React.useMemo(() => all.filter((moment) => !isQuiet(moment)), [all]);
  const edges = React.useMemo(() => edgesOf(recorder.rows), [recorder]);
  /** Its number; null: the present. */
  const [pinned, setPinned] = React.useState<number | null>(null);
  const [hovered, setHovered] = React.useState<number | null>(null);
  const [box, isNarrow] = useIsNarrow<HTMLDivElement>(640);

  const at = indexOf(moments, pinned);
  const shown = moments[at];
  const looked = hovered === null ? shown : moments.find(({ n }) => n === hovered);
  const isLive = pinned === null;
  const replayed = React.useMemo(
    () => (isLive ? undefined : replay(recorder.rows, recorder.policy, all)),
    [isLive, recorder, all],
  );
  const answer = replayed?.[all.findIndex(({ n }) => n === looked?.n)];
  const pin = (index: number): void =>
    setPinned(index >= moments.length - 1 && index >= 0 ? null : (moments[index]?.n ?? null));

  return (
    <div ref={box} className="timeline">
      <div className="stage">
        <Diagram
          edges={edges}
          isTall={isNarrow}
          live={live}
          lit={isLive ? live : (answer?.state.name ?? shown?.to ?? live)}
          moments={moments}
          upTo={at}
        />
        <Scrubber
          moments={moments}
          at={at}
          isLive={isLive}
          answer={answer}
          onPin={pin}
          onLive={() => setPinned(null)}
        />
      </div>
      <div className="side">
        {moments.length === 0 ? (
          <p className="empty">{say("timeline.empty")}</p>
        ) : (
          <MomentList moments={moments} at={at} onPin={pin} onHover={setHovered} />
        )}
        <MomentRecord moment={looked} answer={answer} />
      </div>
    </div>
  );
}

const indexOf = (moments: readonly Moment[], pinned: number | null): number => {
  if (pinned === null) return moments.length - 1;
  const at = moments.findIndex(({ n }) => n === pinned);
  return at < 0 ? moments.length - 1 : at;
};
