import { placeBefore } from "../../core/inbox.ts";
import { ResilientSocketError } from "../../core/errors.ts";
import { isName } from "../../protocol/isName.ts";
import type { Message } from "../message.ts";
import type { Driver } from "../driver.ts";
import type { ProtocolHost } from "../protocol.ts";
import type { HistoryPage } from "../ResilientClient.ts";
import type { Read, Reads } from "./reads.ts";
import { toMessage } from "./wire.ts";

type History = Required<Pick<Driver, "history" | "ended">> & {
  /** Ends what waited too long; ms until the next is due, Infinity without one. */
  readonly expire: () => number;
};

interface Pending {
  readonly read: Read;
  readonly dueAtMs: number;
  readonly reject: (error: ResilientSocketError) => void;
}

/** What one call brings at most; a server answers no more at a time either. */
const maxEvents = 1_000;

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value > 0;

/** Pages of a channel's past. */
export const createHistory = (host: ProtocolHost, reads: Reads): History => {
  const { channels, clock, queue } = host;
  const pending = new Set<Pending>();

  const end = (one: Pending, error?: ResilientSocketError): void => {
    pending.delete(one);
    reads.remove(one.read);
    if (error) one.reject(error);
  };

  const ask = (
    c: string,
    { before, limit = 100, timeoutMs = 30_000 }: HistoryPage,
    resolve: (messages: readonly Message[]) => void,
    reject: Pending["reject"],
  ): void => {
    let below = before;
    let found: Message[] = [];
    /** Of the answer under way. */
    let page: Message[];
    let start: number;
    const read: Read = {
      c,
      ask: () => {
        below ??= (channels.all.get(c)?.cursor?.seq ?? Number.MAX_SAFE_INTEGER - 1) + 1;
        start = below;
        page = [];
        return { before: below, limit };
      },
      events: ({ epoch, ev }) => {
        for (const event of ev) {
          start = Math.min(start, placeBefore(epoch, event).seq + 1);
          if (!event.hid) page.push(toMessage(queue, c, epoch, event, true));
        }
      },
      done: () => {
        found = [...page, ...found].slice(-limit);
        const isBeginning = start < 2 || start === below;
        below = start;
        // Hidden events fill a page too, and a server may answer less than was asked for.
        if (found.length < limit && !isBeginning) return reads.add(read);
        end(one);
        resolve(found);
      },
      refused: (code) =>
        end(
          one,
          code === "DENIED"
            ? new ResilientSocketError("FORBIDDEN", `${c} may not be read`)
            : new ResilientSocketError("STORE_UNAVAILABLE", `the history of ${c} cannot be read`),
        ),
    };
    const one: Pending = { read, reject, dueAtMs: clock.nowMs() + timeoutMs };
    pending.add(one);
    host.upkeepIn(timeoutMs);
    reads.add(read);
  };

  return {
    history: (channel, { limit = 100, ...page } = {}) =>
      new Promise((resolve, reject) => {
        const bad = Object.entries({ limit, ...page }).find(
          ([, value]) => value !== undefined && !isCount(value),
        );
        if (!isName(channel)) reject(new ResilientSocketError("INVALID_NAME", "no channel has such a name"));
        else if (bad)
          reject(new ResilientSocketError("INVALID_OPTION", `${bad[0]} must be a whole number above 0`));
        else ask(channel, { ...page, limit: Math.min(limit, maxEvents) }, resolve, reject);
      }),
    ended: (error) => {
      for (const one of [...pending]) end(one, error);
    },
    expire: () => {
      let dueMs = Infinity;
      for (const one of [...pending]) {
        const leftMs = one.dueAtMs - clock.nowMs();
        if (leftMs > 0) dueMs = Math.min(dueMs, leftMs);
        else end(one, new ResilientSocketError("TIMEOUT", `no history of ${one.read.c} came in time`));
      }
      return dueMs;
    },
  };
};
