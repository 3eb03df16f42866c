import newest from "typescript";
import oldest from "typescript-oldest";
import { describe, expect, it } from "vitest";
import { compile, type Compiler } from "./compile.ts";

const compilers: readonly Compiler[] = [oldest as unknown as Compiler, newest];

describe.each(compilers.map((compiler) => ({ compiler, version: (compiler as typeof newest).version })))(
  "a consumer on TypeScript $version",
  ({ compiler }) => {
    it.each(["bundler", "nodenext"] as const)(
      "types a browser app without Node's types, resolving as %s",
      (resolution) => {
        expect(compile(compiler, ["react.tsx", "core.ts"], resolution, [])).toEqual([]);
      },
    );

    it.each(["bundler", "nodenext"] as const)(
      "types a server and its tests, resolving as %s",
      (resolution) => {
        expect(compile(compiler, ["server.ts"], resolution, ["node"])).toEqual([]);
      },
    );
  },
);
