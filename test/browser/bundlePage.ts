import { fileURLToPath } from "node:url";
import { build } from "vite";

/** The files of a page by name, as a user's bundler makes them: minified, `page.js` first, chunks of their own for what is loaded lazily. */
export const bundlePage = async (page: URL): Promise<ReadonlyMap<string, string>> => {
  const built = await build({
    configFile: false,
    logLevel: "silent",
    // Vitest runs in NODE_ENV test, in which JSX would be made for development.
    oxc: { jsx: { runtime: "automatic", development: false } },
    define: { "process.env.NODE_ENV": '"production"' },
    build: {
      write: false,
      modulePreload: false,
      rolldownOptions: {
        input: fileURLToPath(page),
        output: { entryFileNames: "page.js", chunkFileNames: "[name].js" },
      },
    },
  });
  const [one] = [built].flat();
  if (!one || !("output" in one)) throw new Error("no bundle");
  return new Map(one.output.flatMap((file) => (file.type === "chunk" ? [[file.fileName, file.code]] : [])));
};
