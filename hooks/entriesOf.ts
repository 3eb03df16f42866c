import type { OutboxEntry, ResilientClient } from "../src/client/ResilientClient.ts";
import type { Store } from "../src/client/store.ts";
import { selection, shallow } from "./selection.ts";

/** The outbox's entries, or those of one channel: another list only when one of these changed. */
export const entriesOf = (
  { outbox }: ResilientClient,
  channel: string | undefined,
): Store<readonly OutboxEntry[]> => {
  const { get, getServer, subscribe } = outbox.entries;
  if (channel === undefined) return outbox.entries;
  const pick = (all: readonly OutboxEntry[]) => all.filter((entry) => entry.channel === channel);
  return { get: selection(get, pick, shallow), getServer: selection(getServer, pick, shallow), subscribe };
};
