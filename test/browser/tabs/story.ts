import type { PageRecord, ServerRecord } from "./records.ts";

const quiet: readonly string[] = ["sent", "settled", "heard", "stored"];

/** What happened around the messages, in order of time: to read when a test failed. */
export const story = (
  pages: readonly PageRecord[],
  server: readonly ServerRecord[],
  struck: readonly { readonly kind: "struck"; readonly at: number }[],
): string => {
  const all = [...pages, ...server, ...struck]
    .filter(({ kind }) => !quiet.includes(kind))
    .sort((a, b) => a.at - b.at);
  const start = all[0]?.at ?? 0;
  return all
    .map(({ at, ...record }) => {
      const { tab = "server", boot = "", index: _index, ...rest } = record as Partial<PageRecord>;
      return `${(at - start).toFixed(0).padStart(7)} ${tab.padEnd(6)} ${boot.padEnd(7)} ${JSON.stringify(rest)}`;
    })
    .join("\n");
};
