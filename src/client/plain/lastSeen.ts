import type { LastSeen } from "./options.ts";

/** Ids, and channels with a place, that are remembered: what a server can make this side keep has an end. */
const remembered = 1_000;

const remember = <V>(map: Map<string, V>, key: string, value: V): void => {
  map.delete(key);
  map.set(key, value);
  if (map.size > remembered) map.delete(map.keys().next().value!);
};

/** Why a channel is told `lost` where the server gave no reason. */
const notResumed = "not_resumed";

/** How far a plain server's stream was heard. */
export interface Seen {
  /** Where the newest message stood. */
  last: LastSeen | undefined;
  readonly byChannel: Map<string, LastSeen>;
  /** Why the next session does not go on from there. */
  why: string;
  /** Whether this message was delivered before; from now on it was. */
  readonly again: (channel: string, id: string | undefined) => boolean;
  readonly move: (channel: string, here: LastSeen) => void;
  readonly forget: (reason: string) => void;
  readonly resumed: () => void;
}

export const createSeen = (): Seen => {
  const ids = new Map<string, true>();
  const seen: Seen = {
    last: undefined,
    byChannel: new Map(),
    why: notResumed,
    again: (channel, id) => {
      if (id === undefined) return false;
      const key = JSON.stringify([channel, id]);
      const known = ids.has(key);
      remember(ids, key, true);
      return known;
    },
    move: (channel, here) => {
      seen.last = here;
      remember(seen.byChannel, channel, here);
    },
    forget: (reason) => {
      seen.last = undefined;
      seen.byChannel.clear();
      // Another stream may count anew.
      ids.clear();
      seen.why = reason || notResumed;
    },
    resumed: () => {
      seen.why = notResumed;
    },
  };
  return seen;
};
