import reactHooks from "eslint-plugin-react-hooks";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const why =
  "Time and dice come in through ports (src/platform), so that a test can move them and a log can replay them.";
const impure = [
  "Date",
  "setTimeout",
  "clearTimeout",
  "setInterval",
  "clearInterval",
  "setImmediate",
  "queueMicrotask",
  "requestAnimationFrame",
  "requestIdleCallback",
];
const globalObjects = ["globalThis", "window", "self"];

const noClockNoDice = {
  "no-restricted-globals": ["error", ...impure.map((name) => ({ name, message: why }))],
  "no-restricted-properties": [
    "error",
    { object: "performance", property: "now", message: why },
    { object: "Math", property: "random", message: why },
    { object: "crypto", property: "getRandomValues", message: why },
    { object: "crypto", property: "randomUUID", message: why },
    ...globalObjects.flatMap((object) =>
      [...impure, "performance", "crypto"].map((property) => ({ object, property, message: why })),
    ),
  ],
  "no-restricted-imports": [
    "error",
    {
      paths: ["node:timers", "node:timers/promises", "timers", "timers/promises"].map((name) => ({
        name,
        message: why,
      })),
      patterns: [{ group: ["crypto", "node:crypto"], importNamePattern: "^random", message: why }],
    },
  ],
};

const noEnum = {
  selector: "TSEnumDeclaration",
  message: "Use a union of literals: it is erased and it narrows.",
};
const noDefaultExport = {
  selector: "ExportDefaultDeclaration",
  message: "Export by name: one name everywhere, found by one search.",
};

const product = [
  "src/**/*.{ts,tsx}",
  "hooks/**/*.{ts,tsx}",
  "providers/**/*.{ts,tsx}",
  "devtools/**/*.{ts,tsx}",
];

export default defineConfig(
  globalIgnores([
    "dist",
    "demo-dist",
    "storybook-static",
    "coverage",
    "test-results",
    ".stryker-tmp",
    "compat",
    "docs",
    "examples",
    "test/types/consumer",
  ]),
  {
    files: ["**/*.{ts,tsx}"],
    extends: [tseslint.configs.recommendedTypeChecked, reactHooks.configs.flat["recommended-latest"]],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "no-restricted-syntax": ["error", noEnum],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-import-type-side-effects": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // An async function without await is how a synchronous answer takes the shape of an asynchronous port.
      "@typescript-eslint/require-await": "off",
    },
  },
  {
    files: product,
    rules: { "no-restricted-syntax": ["error", noEnum, noDefaultExport] },
  },
  {
    files: product,
    ignores: ["src/platform/**", "src/cli/**", "src/testing/node/**"],
    rules: noClockNoDice,
  },
);
