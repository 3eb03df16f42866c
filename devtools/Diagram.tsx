"use client";
import * as React from "react";
import type { Edge } from "../src/devtools/edges.ts";
import type { Moment } from "../src/devtools/moments.ts";
import { useTools } from "./context.ts";
import { type Box, type Drawn, layOut, type Name, type Placed } from "./layout.ts";
import { crossings, type Crossing, keyOf } from "./crossings.ts";
import { lineHeight, placeLabels, type Rect, type Spot } from "./placeLabels.ts";
import { tones } from "./tones.ts";

interface DiagramProps {
  readonly edges: readonly Edge[];
  readonly isTall: boolean;
  /** Where the connection is now. */
  readonly live: Name;
  /** Where it was at the moment that is shown. */
  readonly lit: Name;
  readonly moments: readonly Moment[];
  /** The moment that is shown. */
  readonly upTo: number;
}

type Way = "idle" | "crossed" | "exit" | "last";
const ways: readonly Way[] = ["idle", "crossed", "exit", "last"];

export function Diagram({ edges, isTall, live, lit, moments, upTo }: DiagramProps): React.ReactNode {
  const { say } = useTools();
  const id = React.useId();
  const [looked, setLooked] = React.useState<Name | null>(null);
  const drawing = React.useMemo(() => layOut(edges, isTall), [edges, isTall]);
  const crossed = React.useMemo(() => crossings(moments, upTo), [moments, upTo]);
  const from = looked ?? lit;
  const wayOf = (edge: Drawn): Way => {
    const crossing = crossed.get(keyOf(edge));
    if (crossing?.isLast && !looked) return "last";
    if (edge.from === from) return "exit";
    return crossing ? "crossed" : "idle";
  };
  // What stands out lies on top.
  const sorted = drawing.edges
    .map((edge) => ({ edge, way: wayOf(edge) }))
    .sort((a, b) => ways.indexOf(a.way) - ways.indexOf(b.way));
  const exits = edges.filter((edge) => edge.from === from);
  const labels = sorted
    .filter(({ way }) => way === "exit" || way === "last")
    .map(({ edge, way }) => {
      const key = keyOf(edge);
      return {
        key,
        way,
        events: edge.events,
        spots: edge.spots,
        lines: labelOf(edge, way, crossed.get(key)),
      };
    });
  // What matters most chooses first.
  const spots = placeLabels(
    [...labels].reverse(),
    drawing.nodes.map((node) => rectOf(node, drawing.box)),
  );

  const move = (event: React.KeyboardEvent): void => {
    const names = drawing.nodes.map(({ name }) => name);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = names[(names.indexOf(from) + step + names.length) % names.length];
    event.currentTarget.querySelector<HTMLElement>(`[data-state=${next}]`)?.focus();
  };

  return (
    <svg
      className="diagram"
      data-tall={isTall}
      viewBox={`0 0 ${drawing.width} ${drawing.height}`}
      role="group"
      aria-label={say("diagram.label")}
      onKeyDown={move}
    >
      <defs>
        {ways.map((way) => (
          <marker
            key={way}
            id={`${id}${way}`}
            viewBox="0 0 8 8"
            refX="6.5"
            refY="4"
            markerWidth={way === "last" ? 5 : 7}
            markerHeight={way === "last" ? 5 : 7}
            orient="auto"
          >
            <path className="arrow" data-way={way} d="M 0 0.8 L 7 4 L 0 7.2 z" />
          </marker>
        ))}
      </defs>
      {sorted.map(({ edge, way }) => (
        <g key={keyOf(edge)} className="edge" data-way={way}>
          <path d={edge.path} markerEnd={`url(#${id}${way})`} />
        </g>
      ))}
      {drawing.nodes.map((node) => (
        <StateNode
          key={node.name}
          node={node}
          box={drawing.box}
          isLit={node.name === lit}
          isLive={node.name === live}
          isLooked={node.name === looked}
          exits={node.name === from ? exits : []}
          onLook={setLooked}
        />
      ))}
      {labels.map(({ key, way, events, lines }) => (
        <g key={key} className="edge" data-way={way}>
          <EdgeLabel spot={spots.get(key) as Spot} events={events} lines={lines} />
        </g>
      ))}
    </svg>
  );
}

/** Two events say enough; the record has all. */
const shownEvents = 2;

const labelOf = ({ events }: Drawn, way: Way, crossing: Crossing | undefined): readonly string[] => {
  if (way === "last" && crossing) {
    const { event, reason, count } = crossing;
    return [event, [reason, count > 1 ? `×${count}` : ""].filter(Boolean).join(" ")].filter(Boolean);
  }
  const more = events.length - shownEvents;
  return [...events.slice(0, shownEvents), ...(more > 0 ? [`+ ${more}`] : [])];
};

const rectOf = ({ x, y }: Placed, { width, height }: Box): Rect => ({
  left: x - width / 2,
  right: x + width / 2,
  top: y - height / 2,
  bottom: y + height / 2,
});

interface EdgeLabelProps {
  readonly spot: Spot;
  readonly events: readonly string[];
  readonly lines: readonly string[];
}

function EdgeLabel({ spot: { x, y }, events, lines }: EdgeLabelProps) {
  return (
    <text x={x} y={y - 2 - (lines.length - 1) * lineHeight}>
      <title>{events.join(", ")}</title>
      {lines.map((line, i) => (
        <tspan key={line} x={x} dy={i === 0 ? 0 : lineHeight}>
          {line}
        </tspan>
      ))}
    </text>
  );
}

interface StateNodeProps {
  readonly node: Placed;
  readonly box: Box;
  readonly isLit: boolean;
  readonly isLive: boolean;
  readonly isLooked: boolean;
  readonly exits: readonly Edge[];
  readonly onLook: (name: Name | null) => void;
}

function StateNode({ node: { name, x, y }, box, isLit, isLive, isLooked, exits, onLook }: StateNodeProps) {
  const { say } = useTools();
  const current = isLit ? `, ${say("diagram.current")}` : "";
  const ways = exits.map(({ to, events }) => `${to}: ${events.join(", ")}`).join("; ");
  return (
    <g
      className="node"
      role="img"
      aria-label={`${name}${current}${ways && `. ${say("diagram.exits")} ${ways}`}`}
      tabIndex={isLit ? 0 : -1}
      data-state={name}
      data-lit={isLit}
      data-live={isLive}
      data-looked={isLooked}
      data-tone={tones[name]}
      transform={`translate(${x} ${y})`}
      onFocus={() => onLook(name)}
      onBlur={() => onLook(null)}
      onPointerEnter={() => onLook(name)}
      onPointerLeave={() => onLook(null)}
    >
      <rect x={-box.width / 2} y={-box.height / 2} width={box.width} height={box.height} rx="8" />
      <text>{name}</text>
    </g>
  );
}
