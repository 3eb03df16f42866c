/** Where the states stand and how the edges run. Along the chain is `u`, across it `v`: a narrow panel swaps them. */
import type { Edge } from "../src/devtools/edges.ts";
import type { Spot } from "./placeLabels.ts";

export type Name = Edge["from"];

/** The way to a connection in a row, what can go wrong beside it. */
const lanes: Readonly<Record<Name, "chain" | "side">> = {
  disconnected: "chain",
  connecting: "chain",
  authenticating: "chain",
  resuming: "chain",
  connected: "chain",
  failed: "side",
  reconnecting: "side",
};

interface Point {
  readonly u: number;
  readonly v: number;
}

export interface Placed {
  readonly name: Name;
  /** Its middle. */
  readonly x: number;
  readonly y: number;
}

export interface Drawn extends Edge {
  readonly path: string;
  /** Where a label may stand, the best first. */
  readonly spots: readonly Spot[];
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly box: Box;
  readonly nodes: readonly Placed[];
  readonly edges: readonly Drawn[];
}

export interface Box {
  readonly width: number;
  readonly height: number;
}

interface Frame {
  readonly isTall: boolean;
  readonly box: Box;
  readonly step: number;
  readonly chainV: number;
  readonly sideV: number;
  readonly depth: number;
  /** How much higher an arc is for every state it passes. */
  readonly rise: number;
}

const wide: Frame = {
  isTall: false,
  box: { width: 118, height: 34 },
  step: 168,
  chainV: 174,
  sideV: 302,
  depth: 326,
  rise: 32,
};
const tall: Frame = {
  isTall: true,
  box: { width: 106, height: 34 },
  step: 88,
  chainV: 150,
  sideV: 322,
  depth: 378,
  rise: 26,
};

const half = ({ isTall, box }: Frame) => ({
  u: (isTall ? box.height : box.width) / 2,
  v: (isTall ? box.width : box.height) / 2,
});

/** Half a long label: it must not leave the drawing. */
const labelHalf = 36;

/** How much lower a label stands beneath a line than on it. */
const beneath = 18;

const mid = (a: number, b: number): number => (a + b) / 2;

/** Of a cubic Bézier curve. */
const pointOn = ([a, b, c, d]: readonly Point[], t: number): Point => {
  const at = (pick: (point: Point) => number): number => {
    const [p0, p1, p2, p3] = [a, b, c, d].map((point) => pick(point as Point)) as [
      number,
      number,
      number,
      number,
    ];
    const s = 1 - t;
    return s ** 3 * p0 + 3 * s * s * t * p1 + 3 * s * t * t * p2 + t ** 3 * p3;
  };
  return { u: at(({ u }) => u), v: at(({ v }) => v) };
};

const along = (curve: readonly Point[], ts: readonly number[]): Point[] => ts.map((t) => pointOn(curve, t));

/** The points of a curve, and where its label may stand. */
const route = (frame: Frame, from: Point, to: Point): readonly [Point[], Point[]] => {
  const size = half(frame);
  const forth = Math.sign(to.u - from.u);
  if (from.v === to.v && Math.abs(to.u - from.u) <= frame.step && forth > 0) {
    const ends = [from.u + size.u, to.u - size.u - 3].map((u) => ({ u, v: from.v }));
    // A name may be longer than the gap: above the boxes there is room for it.
    return [ends, [{ u: mid(ends[0]!.u, ends[1]!.u), v: frame.isTall ? from.v : from.v - size.v + 2 }]];
  }
  if (from.v === to.v && from.v === frame.chainV) {
    // Back along the chain: over its head, the further the higher.
    const rise = 20 + (Math.abs(to.u - from.u) / frame.step) * frame.rise;
    const top = from.v - size.v;
    const [a, b] = [from.u - 10, to.u + 18];
    const curve = [
      { u: a, v: top },
      { u: a - 14, v: top - rise },
      { u: b + 14, v: top - rise },
      { u: b, v: top - 3 },
    ];
    return [curve, along(curve, [0.5, 0.4, 0.6, 0.3, 0.7])];
  }
  if (from.v === to.v) {
    const ends = [from.u + forth * size.u, to.u - forth * (size.u + 3)].map((u) => ({ u, v: from.v + 6 }));
    return [ends, [{ u: mid(ends[0]!.u, ends[1]!.u), v: from.v + 4 }]];
  }
  const down = Math.sign(to.v - from.v);
  // There and back are two lines.
  const shift = 9 * down;
  const lean = Math.max(-size.u + 14, Math.min(size.u - 14, (from.u - to.u) / 6));
  const start = { u: from.u - lean + shift, v: from.v + down * size.v };
  const end = { u: to.u + lean + shift, v: to.v - down * (size.v + 3) };
  const bend = (end.v - start.v) / 2;
  const curve = [start, { u: start.u, v: start.v + bend }, { u: end.u, v: end.v - bend }, end];
  // Nearer to where it begins: the label of the way back stands elsewhere.
  return [curve, along(curve, [0.4, 0.25, 0.55, 0.7, 0.12, 0.85])];
};

export const layOut = (edges: readonly Edge[], isTall: boolean): Drawing => {
  const frame = isTall ? tall : wide;
  const names = [...new Set(edges.flatMap(({ from, to }) => [from, to]))];
  const order = Object.keys(lanes) as Name[];
  const chain = order.filter((name) => lanes[name] === "chain" && names.includes(name));
  const side = order.filter((name) => lanes[name] === "side" && names.includes(name));
  const first = half(frame).u + 12;
  const points = new Map<Name, Point>();
  chain.forEach((name, i) => points.set(name, { u: first + i * frame.step, v: frame.chainV }));
  const length = (chain.length - 1) * frame.step;
  side.forEach((name, i) =>
    points.set(name, { u: first + (length * (i + 1)) / (side.length + 1) + (i - 0.5) * 60, v: frame.sideV }),
  );
  const xy = ({ u, v }: Point): { x: number; y: number } => (isTall ? { x: v, y: u } : { x: u, y: v });
  const text = (point: Point): string => {
    const { x, y } = xy(point);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  };
  const draw = (edge: Edge): Drawn[] => {
    const [from, to] = [points.get(edge.from), points.get(edge.to)];
    if (!from || !to || from === to) return [];
    const [curve, spots] = route(frame, from, to);
    const [start, ...rest] = curve.map(text);
    const above = spots.map(xy).map(({ x, y }) => ({ x: Math.max(x, labelHalf), y: y - 3 }));
    return [
      {
        ...edge,
        spots: [...above, ...above.map(({ x, y }) => ({ x, y: y + beneath }))],
        path: `M ${start} ${rest.length > 1 ? "C" : "L"} ${rest.join(", ")}`,
      },
    ];
  };
  const reach = length + 2 * first;
  return {
    width: isTall ? frame.depth : reach,
    height: isTall ? reach : frame.depth,
    box: frame.box,
    nodes: [...points].map(([name, point]) => ({ name, ...xy(point) })),
    edges: edges.flatMap(draw),
  };
};
