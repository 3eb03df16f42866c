import type { ClientFrame } from "../../src/protocol/frames.ts";
import type { WorldSocket } from "../../src/testing/network.ts";
import type { Ledger } from "./ledger.ts";

/** Who numbers whose messages, as far as the wires of all pages have shown it. */
export interface Producers {
  /** Whether a boot that still runs used this producer last on the channel, and no rollback ended it. */
  readonly isCurrent: (channel: string, p: string) => boolean;
  /** The boot was told of a loss: what it used on the channel is used no more. */
  readonly giveUp: (boot: string, channel: string) => void;
}

interface Use {
  readonly channel: string;
  readonly p: string;
  /** A message it numbered, where the frame shows one. */
  readonly m?: number | undefined;
}

const usesOf = (frame: ClientFrame): readonly Use[] => {
  switch (frame.t) {
    case "resume":
    case "claim":
      return frame.producers.map(({ c, p }) => ({ channel: c, p }));
    case "pub":
      return frame.m.map(({ d }) => ({
        channel: frame.c,
        p: frame.p,
        m: (d as { m: number } | undefined)?.m,
      }));
    default:
      return [];
  }
};

/** A leader carries the frames of every tab: a producer belongs to the boot whose message it numbered. */
export const watchProducers = ({
  sockets,
  ledger,
  isGone,
}: {
  readonly sockets: () => readonly WorldSocket[];
  readonly ledger: Ledger;
  readonly isGone: (boot: string) => boolean;
}): Producers => {
  const givenUp = new Set<string>();
  const key = (boot: string, channel: string, p: string): string => JSON.stringify([boot, channel, p]);

  const latest = (): ReadonlyMap<string, string> => {
    const owners = new Map<string, string>();
    const uses = sockets().flatMap((socket) => socket.frames().flatMap(usesOf));
    for (const { p, m } of uses) {
      const senders = new Set(m === undefined ? [] : ledger.sendsOf(m).map(({ by }) => by));
      const [owner] = senders;
      // Two tabs may have sent the same key.
      if (senders.size === 1 && owner) owners.set(p, owner);
    }
    const last = new Map<string, string>();
    for (const { channel, p } of uses) {
      const owner = owners.get(p);
      if (owner !== undefined) last.set(JSON.stringify([owner, channel]), p);
    }
    return last;
  };

  return {
    isCurrent: (channel, p) =>
      [...latest()].some(([lane, last]) => {
        const [boot, name] = JSON.parse(lane) as [string, string];
        return name === channel && last === p && !isGone(boot) && !givenUp.has(key(boot, channel, p));
      }),
    giveUp: (boot, channel) => {
      const p = latest().get(JSON.stringify([boot, channel]));
      if (p !== undefined) givenUp.add(key(boot, channel, p));
    },
  };
};
