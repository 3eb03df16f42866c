import { defineConfig } from "tsdown";

// unbundle: one file per module, so that 'use client' stays on line 1 of the files that carry it.
export default defineConfig({
  entry: ["src/entry/*.ts"],
  root: ".",
  format: "esm",
  platform: "neutral",
  target: "es2022",
  unbundle: true,
  deps: { neverBundle: [/^node:/] },
  dts: { sourcemap: true },
  sourcemap: true,
  fixedExtension: false,
  checks: { moduleLevelDirective: false, pluginTimings: false },
});
