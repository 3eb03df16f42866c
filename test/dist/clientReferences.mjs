// A bundler for React Server Components replaces every module that opens with 'use client' by references to its
// exports and never runs it on the server. This hook does the same to a plain Node.
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

registerHooks({
  load(url, context, nextLoad) {
    if (!url.startsWith("file:") || !url.endsWith(".js")) return nextLoad(url, context);
    const source = readFileSync(fileURLToPath(url), "utf8");
    if (!/^["']use client["'];/.test(source)) return nextLoad(url, context);
    const exported = /^export \{([^}]*)\};?$/m.exec(source)?.[1] ?? "";
    const names = exported.split(",").map((name) => name.trim().split(" as ").at(-1));
    const references = names.map((name) => `export const ${name} = Symbol("client reference");`).join("\n");
    return { format: "module", source: references, shortCircuit: true };
  },
});
