import { version } from "react";
import { version as domVersion } from "react-dom";
import { expect, it } from "vitest";

function Probe({ text }: { text: string }) {
  return <p>{text}</p>;
}

it("runs the React and the compiler this project of vitest.config.ts promises", () => {
  const { EXPECT_REACT: react = "?", EXPECT_COMPILER: compiler } = process.env;
  expect(version.slice(0, react.length)).toBe(react);
  expect(domVersion).toBe(version);
  // The compiler opens a component with a cache of n slots: `const $ = _c(2)`.
  expect(/\bc\)?\(\d/.test(Probe.toString())).toBe(compiler === "yes");
});
