import { expect, it } from "vitest";
import { layOut } from "../../devtools/layout.ts";
import { boundsOf, overlap, placeLabels } from "../../devtools/placeLabels.ts";
import { createRecorder } from "../../src/devtools/recorder.ts";
import { edgesOf } from "../../src/devtools/edges.ts";
import { createWorld } from "../../src/testing/createWorld.ts";

it("labels stand apart where there is room, the first of them at its best place", () => {
  const spots = [
    { x: 50, y: 50 },
    { x: 50, y: 90 },
  ];
  const lines = ["socketLost", "closed"];
  const places = placeLabels(
    [
      { key: "first", lines, spots },
      { key: "second", lines, spots },
    ],
    [],
  );
  expect(places.get("first")).toEqual(spots[0]);
  expect(places.get("second")).toEqual(spots[1]);
  const under = placeLabels([{ key: "one", lines, spots }], [{ left: 0, right: 100, top: 30, bottom: 60 }]);
  expect(under.get("one")).toEqual(spots[1]);
});

it.each([
  { way: "wide", isTall: false },
  { way: "tall", isTall: true },
])(
  "the way that was taken and the ways out can be read at once, drawn $way: no label covers another",
  ({ isTall }) => {
    const { rows } = createRecorder(createWorld().openTab())!;
    const { edges } = layOut(edgesOf(rows), isTall);
    const covered: string[] = [];
    for (const last of edges) {
      const labels = [last, ...edges.filter(({ from }) => from === last.to)].map(
        ({ from, to, spots, events }) => ({ key: `${from} → ${to}`, spots, lines: events.slice(0, 2) }),
      );
      const places = placeLabels(labels, []);
      const bounds = labels.map((label) => boundsOf(label, places.get(label.key)!));
      for (const [i, a] of bounds.entries())
        for (const [j, b] of bounds.entries())
          if (i < j && overlap(a, b) > 0) covered.push(`${labels[i]!.key}, ${labels[j]!.key}`);
    }
    expect(covered).toEqual([]);
  },
);
