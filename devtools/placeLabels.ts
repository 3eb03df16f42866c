/** Where labels stand so that they cover neither each other nor a state, if that can be. */
export interface Spot {
  readonly x: number;
  readonly y: number;
}

export interface Rect {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Label {
  readonly key: string;
  readonly lines: readonly string[];
  /** The middle of its lower edge; the first that is free is taken. */
  readonly spots: readonly Spot[];
}

export const lineHeight = 12;
/** Of its letters, about. */
const letterWidth = 5.8;

export const boundsOf = ({ lines }: Label, { x, y }: Spot): Rect => {
  const half = (Math.max(...lines.map(({ length }) => length)) * letterWidth) / 2;
  return { left: x - half, right: x + half, top: y - lines.length * lineHeight, bottom: y };
};

/** In square px. */
export const overlap = (a: Rect, b: Rect): number =>
  Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) *
  Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));

/** By key. The first label chooses first. */
export const placeLabels = (
  labels: readonly Label[],
  obstacles: readonly Rect[],
): ReadonlyMap<string, Spot> => {
  const taken = [...obstacles];
  const places = new Map<string, Spot>();
  for (const label of labels) {
    const costs = label.spots.map((spot) => {
      const bounds = boundsOf(label, spot);
      return taken.reduce((sum, other) => sum + overlap(bounds, other), 0);
    });
    const spot = label.spots[costs.indexOf(Math.min(...costs))];
    if (!spot) continue;
    taken.push(boundsOf(label, spot));
    places.set(label.key, spot);
  }
  return places;
};
