import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { document, misfit, rules } from "../ablation/rules.ts";

/** `npm run test:ablation` takes the rules out; here only that it still could. */
describe("the † rules", () => {
  it("have cuts that fit the source", () => {
    const edits = rules.flatMap(({ cuts }) => cuts.flatMap((cut) => cut.edits));
    expect(edits.map((edit) => misfit(edit, readFileSync(edit.file, "utf8"))).filter(Boolean)).toEqual([]);
  });

  it("each have a cut, or wait for something that does not exist yet", () => {
    expect(rules.filter(({ cuts, later }) => !cuts.length && !later)).toEqual([]);
  });

  it("are told in docs/ablation.md: npm run test:ablation -- --write", () => {
    expect(readFileSync("docs/ablation.md", "utf8")).toBe(document());
  });
});
