import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import babel from "@rolldown/plugin-babel";
import { storybookTest } from "@storybook/addon-vitest/vitest-plugin";
import react, { reactCompilerPreset } from "@vitejs/plugin-react";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { findChromium } from "./scripts/chromium.ts";
import { markdownTests, testedDocuments } from "./scripts/markdownBlocks.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const react18 = (path: string) => here(`./compat/react18/node_modules/${path}`);
const compiler = () => [react(), babel({ presets: [reactCompilerPreset()] })];
const chromium = findChromium();

// Groups run one after another: what drives processes and browsers does not share the cores with the rest.
const parallel = { maxWorkers: availableParallelism(), sequence: { groupOrder: 1 } };
const alone = (groupOrder: number) => ({ fileParallelism: false, sequence: { groupOrder } });

/** Without Chromium the suites that need one are left out; scripts/test.ts reports them as skipped. */
const withChromium = chromium
  ? [
      {
        test: {
          name: "browser",
          environment: "node" as const,
          include: ["test/browser/**/*.test.ts"],
          env: { CHROMIUM: chromium },
          ...alone(4),
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: "./vite.config.ts",
        plugins: [storybookTest({ configDir: here("./.storybook") })],
        test: {
          name: "storybook",
          ...alone(5),
          testTimeout: 60_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: { executablePath: chromium, args: ["--no-sandbox"] } }),
            instances: [{ browser: "chromium" as const }],
          },
        },
      },
    ]
  : [];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "node",
          ...parallel,
          // Properties over many inputs take long on a machine that does other things too; no test waits for real time.
          testTimeout: 30_000,
          environment: "node",
          include: ["test/{codes,core,protocol,client,server,sim,testing,platform,devtools}/**/*.test.ts"],
        },
      },
      {
        // What the built package promises: its types on the oldest and newest TypeScript, its files.
        test: {
          name: "package",
          environment: "node",
          include: ["test/{dist,types}/**/*.test.ts"],
          globalSetup: ["./scripts/buildOnce.ts"],
          ...alone(2),
          testTimeout: 60_000,
        },
      },
      {
        plugins: compiler(),
        test: {
          name: "react",
          ...parallel,
          environment: "jsdom",
          include: ["test/react/**/*.test.tsx"],
          env: { EXPECT_REACT: "19.", EXPECT_COMPILER: "yes" },
        },
      },
      {
        plugins: [react()],
        resolve: {
          alias: [
            { find: /^react$/, replacement: react18("react") },
            { find: /^react\/(.*)$/, replacement: react18("react/$1") },
            { find: /^react-dom$/, replacement: react18("react-dom") },
            { find: /^react-dom\/(.*)$/, replacement: react18("react-dom/$1") },
            // The CommonJS build would require() React 19 past the aliases; the ESM build is transformed.
            {
              find: /^@testing-library\/react$/,
              replacement: here("./node_modules/@testing-library/react/dist/@testing-library/react.esm.js"),
            },
          ],
        },
        test: {
          name: "react18",
          ...parallel,
          environment: "jsdom",
          include: ["test/react/**/*.test.tsx"],
          env: { EXPECT_REACT: "18.", EXPECT_COMPILER: "no" },
          server: { deps: { inline: ["@testing-library/react"] } },
        },
      },
      {
        // Tests that stand in the documents, as they stand there.
        plugins: [markdownTests(), ...compiler()],
        test: {
          name: "docs",
          ...parallel,
          environment: "jsdom",
          include: [...testedDocuments()],
        },
      },
      {
        test: {
          name: "chaos",
          environment: "node",
          include: ["test/chaos/**/*.test.ts"],
          ...alone(3),
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
      ...withChromium,
    ],
  },
});
