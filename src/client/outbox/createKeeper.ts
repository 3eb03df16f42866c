import { rewind } from "../../core/sender.ts";
import { reconcile } from "../../core/outboxLedger.ts";
import type { OpenOutboxStorage, OutboxStorage } from "../../core/ports/outboxStorage.ts";
import { fnv1a } from "../tabs/groupKey.ts";
import { createClaims } from "./createClaims.ts";
import { createLedger } from "./createLedger.ts";
import { adopting, createHolds } from "./holds.ts";
import type { Keeper, KeeperHost, Read } from "./keeper.ts";
import { within } from "./within.ts";

/** A browser that does not open it in this time will not. */
const openWithinMs = 1_000;
const readWithinMs = 5_000;
/** A storage that fails again so soon, in ms, is not opened again. */
const reopenAfterMs = 60_000;

/** What an app of this version makes of a stored message. */
const reader = ({ version, migrate, emitter }: KeeperHost): Read => {
  const told = new Set<string>();
  return (row) => {
    const { channel, id, body } = row;
    /** Told once. */
    const cannot = (kind: string, error?: unknown): undefined => {
      const key = `${row.p} ${channel} ${row.n}`;
      if (told.has(key)) return;
      told.add(key);
      if (error) emitter.report(error);
      emitter.emit("anomaly", { kind });
    };
    if (row.version > version) return cannot("row_of_newer_version");
    if (body === null) return cannot("unreadable_row");
    try {
      const payload = JSON.parse(body) as unknown;
      if (row.version === version || !migrate) return { body, payload };
      const moved = migrate({ payload, channel, id, version: row.version });
      return { body: JSON.stringify(moved), payload: moved };
    } catch (error) {
      return cannot("unreadable_row", error);
    }
  };
};

/** Opens the storage, claims what earlier boots of this tab left, and writes from then on. Rejects where there is no storage. */
export const createKeeper = async (given: KeeperHost, open: OpenOutboxStorage): Promise<Keeper> => {
  // What else runs on this origin need not read who the user is.
  const host = { ...given, scope: fnv1a(given.scope) };
  const { clock, outbox, locks } = host;
  const holds = createHolds(locks, clock);
  let storage: OutboxStorage | undefined;
  let isAway = true;
  /** Counts the times the page went: what was begun before ends there. */
  let departures = 0;
  let isLost = false;
  let reopenedAtMs = -Infinity;

  const opened = async (): Promise<OutboxStorage> => {
    const opening = open(host.scope, (error) => {
      if (!isAway) giveUp(error);
    });
    try {
      const come = await within(clock, openWithinMs, opening);
      if (come.isRebuilt) host.emitter.emit("anomaly", { kind: "outbox_rebuilt" });
      return come;
    } catch (error) {
      // Late, it must not keep a newer version of the app from its database.
      void opening.then((late) => late.close()).catch(() => undefined);
      throw error;
    }
  };

  const giveUp = (error: unknown): void => {
    if (isLost) return;
    isLost = true;
    ledger.giveUp();
    host.failed(error);
  };
  /** What the browser closed is opened again, once in a while; a full disk stays full. */
  const failed = (error: unknown): void => {
    if (isAway || isLost) return;
    const isFull = (error as Error).name === "QuotaExceededError";
    if (isFull || clock.nowMs() - reopenedAtMs < reopenAfterMs) return giveUp(error);
    reopenedAtMs = clock.nowMs();
    keeper.suspend();
    void keeper.restore();
  };

  const ledger = createLedger({
    ...host,
    failed,
    upTo: (lane) => claims.upTo(lane),
    after: () => claims.after(),
    began: (p) => claims.began(p),
  });
  const claims = createClaims({
    ...host,
    failed,
    holds,
    ledger,
    read: reader(host),
    storage: () => storage,
    robbed: () => {
      keeper.suspend();
      const before = departures;
      // Not before it runs again: a bus is heard in a frozen page too.
      clock.after(0, () => before === departures && void keeper.restore());
    },
  });

  const ownProducers = (): Set<string> =>
    new Set([...outbox.lanes].flatMap(({ borrowed, p }) => (borrowed ? [] : p)));

  /** What became of this tab's own messages. */
  const readOwn = async (from: OutboxStorage, isOver: () => boolean): Promise<void> => {
    for (const p of ownProducers()) {
      const stored = await within(clock, readWithinMs, from.read(p));
      if (isOver()) return;
      ledger.found(p, stored.producers[0]);
      for (const lane of outbox.lanes) {
        if (lane.p !== p) continue;
        const { settled, kept, ...moved } = reconcile(lane, stored, ledger.committed(lane));
        ledger.place(lane, kept);
        Object.assign(lane, moved);
        rewind(lane);
        for (const one of settled) host.drop(...one);
      }
    }
  };

  const begin = async (): Promise<void> => {
    const before = departures;
    const isOver = (): boolean => before !== departures;
    const fresh = await opened();
    try {
      // What the page was writing when it went is written before it is read, or nobody would know of it.
      await ledger.written();
      await readOwn(fresh, isOver);
      if (isOver()) return;
      storage = fresh;
      await within(clock, readWithinMs, claims.boot());
      if (isOver()) return;
      ledger.open(fresh);
      host.touch();
    } finally {
      if (storage !== fresh) fresh.close();
    }
  };

  const keeper: Keeper = {
    isDurable: ledger.isDurable,
    stores: ledger.stores,
    written: ledger.written,
    flush: () => {
      if (ledger.flush() && claims.finish()) void keeper.adopt();
    },
    signedIn: (subject) => {
      ledger.signedIn(subject);
      claims.signedIn();
      host.turn();
    },
    discard: () => {
      ledger.giveUp();
      keeper.suspend();
    },
    suspend: () => {
      departures++;
      if (isAway) return;
      isAway = true;
      if (!isLost) ledger.close();
      claims.stop();
      holds.releaseAll();
      storage = undefined;
    },
    restore: async () => {
      if (!isAway) return;
      isAway = false;
      for (const p of ownProducers()) {
        claims.began(p);
        // Whoever sends its rows meanwhile stops: two that ask for one answer would both wait for it.
        void holds.rob(adopting(p)).then((release) => release?.());
      }
      const before = departures;
      if (!isLost) await begin().catch((error: unknown) => before === departures && giveUp(error));
    },
    adopt: () => claims.adopt().catch(failed),
    purge: async () => {
      await ledger.written();
      await claims.purge().catch(failed);
    },
  };
  isAway = false;
  await begin().catch((error: unknown) => {
    keeper.suspend();
    throw error;
  });
  return keeper;
};
