import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  plugins: [react()],
  // The page imports the package by its name, as a customer does.
  resolve: {
    alias: {
      "resilient-socket/banner": here("../src/entry/banner.ts"),
      "resilient-socket/devtools": here("../src/entry/devtools.ts"),
      "resilient-socket": here("../src/entry/index.ts"),
    },
  },
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    rolldownOptions: { input: [here("index.html"), here("tab.html")], checks: { pluginTimings: false } },
  },
});
