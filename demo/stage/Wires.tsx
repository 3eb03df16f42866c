import { busY, height, socketY, width } from "./wiring.ts";
import type { Frame } from "./useStage.ts";

interface WiresProps {
  readonly frames: readonly Frame[];
}

/** What connects the tabs that run, and the one socket of the leader. */
export function Wires({ frames }: WiresProps) {
  const each = width / frames.length;
  const places = frames.map((frame, i) => ({ ...frame, x: each * (i + 0.5) }));
  const running = places.filter(({ is }) => is === "open");
  const leader = running.find(({ isLeader }) => isLeader);
  const xs = running.map(({ x }) => x);
  const drops = running.map(({ x }) => `M ${x} 0 V ${busY}`);
  return (
    <svg
      className="stage-wires"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {running.length > 1 && (
        <path
          className="stage-bus"
          d={`${drops.join(" ")} M ${Math.min(...xs)} ${busY} H ${Math.max(...xs)}`}
        />
      )}
      {leader && (
        <path className="stage-socket" d={`M ${leader.x} 0 V ${socketY} H ${width / 2} V ${height}`} />
      )}
    </svg>
  );
}
