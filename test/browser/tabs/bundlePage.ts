import { fileURLToPath } from "node:url";
import { build } from "vite";

/** The files of the test page by name, as a user's bundler makes them: minified, chunks of their own for what is loaded lazily. */
export const bundlePage = async (): Promise<ReadonlyMap<string, string>> => {
  const built = await build({
    configFile: false,
    logLevel: "silent",
    define: { "process.env.NODE_ENV": '"production"' },
    build: {
      write: false,
      modulePreload: false,
      rolldownOptions: {
        input: fileURLToPath(new URL("./page.ts", import.meta.url)),
        output: { entryFileNames: "page.js", chunkFileNames: "[name].js" },
      },
    },
  });
  const [one] = [built].flat();
  if (!one || !("output" in one)) throw new Error("no bundle");
  return new Map(one.output.flatMap((file) => (file.type === "chunk" ? [[file.fileName, file.code]] : [])));
};
