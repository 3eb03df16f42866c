import { fileURLToPath } from "node:url";
import { build, type Rollup } from "vite";

export interface Asset {
  readonly type: string;
  readonly body: string | Uint8Array;
}

const types: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

/** Builds the page in memory; keys are URL paths. */
export const buildPage = async (): Promise<ReadonlyMap<string, Asset>> => {
  const built = (await build({
    configFile: fileURLToPath(new URL("../vite.config.ts", import.meta.url)),
    logLevel: "warn",
    build: { write: false },
  })) as Rollup.RollupOutput;
  return new Map(
    built.output.map((file) => [
      `/${file.fileName}`,
      {
        type: types[file.fileName.split(".").at(-1) ?? ""] ?? "application/octet-stream",
        body: file.type === "chunk" ? file.code : file.source,
      },
    ]),
  );
};
