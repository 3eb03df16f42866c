import type { Boot } from "../../src/testing/boot.ts";
import type { Party } from "./party.ts";
import { type Fault, has } from "./plan.ts";
import type { Setting } from "./setting.ts";

export interface Action {
  readonly name: string;
  readonly weight: number;
  /** Only in histories with this fault. */
  readonly fault?: Fault;
  readonly run: (setting: Setting, party: Party) => void;
}

const channel = ({ plan, dice }: Setting): string => dice.oneOf(plan.channels);

const sendOne = (setting: Setting, { boot, isAwake, send }: Party): void => {
  const { plan, dice, world } = setting;
  if (!isAwake()) return;
  const name = channel(setting);
  const key = has(plan, "keys") && dice.chance(0.3);
  const again = key && dice.chance(0.4);
  const ttlMs = has(plan, "ttl") && dice.chance(0.3) ? dice.oneOf([1, 50, 2_000, 20_000]) : undefined;
  const abort = has(plan, "abort") && dice.chance(0.3) ? new AbortController() : undefined;
  const { seq = 0, tail = "" } = setting.ledger.log(name).at(-dice.oneOf([1, 1, 2])) ?? {};
  const expected = has(plan, "expected") && !key && dice.chance(0.2) ? { seq, tail } : undefined;
  let allowed = dice.pick(4);
  const guard = has(plan, "guard") && dice.chance(0.2) ? () => allowed-- > 0 : undefined;
  // By the app, which runs when its page does.
  const givesUp = (): void => boot.page.clock.run(() => abort?.abort());
  if (abort) world.clock.after(dice.oneOf([0, 5, 30, 300, 3_000, 30_000]), givesUp);
  send(name, {
    again,
    expected,
    guard,
    ttlMs,
    signal: abort?.signal,
    ...(key && { idempotencyKey: `key-${dice.uuid()}` }),
  });
};

/** The app runs in the page: while that is frozen or gone, so is the app. */
const whenAwake =
  (act: (boot: Boot, setting: Setting, party: Party) => void) =>
  (setting: Setting, party: Party): void => {
    if (party.isAwake()) act(party.boot, setting, party);
  };

const rollBack = ({ world, dice, checkpoints }: Setting): void => {
  if (checkpoints.length === 0) return;
  const [checkpoint] = checkpoints.splice(dice.pick(checkpoints.length));
  const crash = dice.chance(0.6);
  if (crash) world.crashServer();
  checkpoint?.restore();
  if (crash) world.startServer();
};

/** Stands for the moments that the checks need: what the log was can be come back to. */
const takeCheckpoint = ({ world, ledger, checkpoints, producers }: Setting): void => {
  const store = world.store.checkpoint();
  const truth = ledger.snapshot();
  checkpoints.push({
    store,
    restore: () => {
      world.store.restore(store);
      ledger.restore(truth, producers.isCurrent);
    },
  });
};

const resubscribe = (setting: Setting, { isAwake, watched, watch, iterate }: Party): void => {
  const { dice, ledger } = setting;
  if (!isAwake()) return;
  const [old] = watched;
  if (old && dice.chance(0.6)) {
    watched.delete(old);
    old.stop();
    return;
  }
  const name = channel(setting);
  const log = ledger.log(name);
  const from = log.length > 0 ? dice.oneOf(log) : undefined;
  switch (dice.pick(4)) {
    case 0:
      return watch(name);
    case 1:
      return watch(name, { since: { last: dice.pick(5) } });
    case 2:
      return iterate(name);
    default:
      if (from) watch(name, { since: { epoch: from.epoch, seq: from.seq, tail: from.tail } }, from.seq);
  }
};

/** Pages of the past agree with the log they were read from. */
const readBack = (setting: Setting, party: Party): void => {
  const { dice, ledger } = setting;
  if (!party.isAwake()) return;
  const name = channel(setting);
  const before = dice.chance(0.5) ? 1 + dice.pick(ledger.log(name).length + 3) : undefined;
  party.readBack(name, { before, limit: dice.oneOf([1, 3, 100]), timeoutMs: dice.oneOf([500, 60_000]) });
};

/** A deploy: the node says goodbye, then its process is replaced. */
const drain = ({ world, dice, trace }: Setting): void => {
  if (!world.isUp()) return;
  const overMs = dice.oneOf([100, 3_000, 15_000]);
  const gone = (): void => {
    trace?.("drained: the next version starts");
    world.restartServer({ loseUncommitted: false });
  };
  world
    .server()
    .drain({ overMs, to: dice.oneOf([undefined, "ws://two.test/ws", "ws://elsewhere.test/ws"]) })
    .then(gone, () => undefined);
};

const revoke = ({ world, plan, dice }: Setting): void => {
  if (world.isUp())
    void world
      .server()
      .revoke(dice.oneOf(plan.subjects))
      .catch(() => undefined);
};

/** What happens to any history. */
export const actions: readonly Action[] = [
  { name: "send", weight: 10, run: sendOne },
  {
    name: "burst",
    weight: 1,
    fault: "burst",
    run: (setting, party) => {
      for (let left = 2 + setting.dice.pick(12); left > 0; left--) sendOne(setting, party);
    },
  },
  {
    name: "publish",
    weight: 4,
    run: (setting) => void (setting.world.isUp() && setting.publish(channel(setting))),
  },
  { name: "cut", weight: 2, fault: "cut", run: ({ world }) => world.network.cut() },
  {
    name: "stall",
    weight: 1,
    fault: "stall",
    run: ({ world, dice }) => {
      const direction = dice.oneOf(["up", "down", "both"] as const);
      if (dice.chance(0.5)) world.network.stall(direction);
      else world.sockets.at(-1)?.stall(direction);
    },
  },
  { name: "resume the network", weight: 2, fault: "stall", run: ({ world }) => world.network.resume() },
  {
    name: "resume one socket",
    weight: 1,
    fault: "stall",
    run: ({ world, dice }) => {
      if (world.sockets.length > 0) dice.oneOf(world.sockets).resume();
    },
  },
  {
    name: "shape",
    weight: 1,
    fault: "delay",
    run: ({ world, dice }) =>
      world.network.shape({
        latencyMs: dice.oneOf([0, 5, 50, 500, 4_000]),
        jitterMs: dice.oneOf([0, 0, 20, 1_000]),
        bytesPerSecond: dice.oneOf([undefined, undefined, 500, 5_000]),
      }),
  },
  { name: "refuse", weight: 0.5, fault: "refuse", run: ({ world }) => world.network.refuse(true) },
  { name: "accept again", weight: 1, fault: "refuse", run: ({ world }) => world.network.refuse(false) },
  {
    name: "crash",
    weight: 1,
    fault: "crash",
    run: ({ world, plan, dice }) =>
      world.crashServer({
        loseUncommitted: dice.chance(0.6),
        ...(has(plan, "nodes") && dice.chance(0.7) && { node: dice.pick(2) }),
      }),
  },
  { name: "start", weight: 3, fault: "crash", run: ({ world }) => world.startServer() },
  {
    name: "store fails",
    weight: 0.6,
    fault: "storeFailure",
    run: ({ world, dice }) => world.store.fail(dice.oneOf(["before", "after"])),
  },
  { name: "store works", weight: 1.2, fault: "storeFailure", run: ({ world }) => world.store.fail(null) },
  {
    name: "pace",
    weight: 1,
    fault: "pace",
    run: ({ world, dice }) =>
      world.store.pace({
        beforeCommitMs: dice.oneOf([0, 1, 20, 2_000]),
        afterCommitMs: dice.oneOf([0, 1, 20, 2_000]),
        readMs: dice.oneOf([0, 1, 20, 600]),
      }),
  },
  { name: "checkpoint", weight: 1.5, fault: "rollback", run: takeCheckpoint },
  { name: "rollback", weight: 0.7, fault: "rollback", run: rollBack },
  {
    name: "wipe",
    weight: 0.4,
    fault: "wipe",
    run: ({ world, ledger, checkpoints, dice, producers }) => {
      const crash = dice.chance(0.6);
      if (crash) world.crashServer();
      world.store.wipe();
      ledger.restore(new Map(), producers.isCurrent);
      checkpoints.length = 0;
      if (crash) world.startServer();
    },
  },
  {
    name: "trim",
    weight: 0.5,
    fault: "trim",
    run: (setting) => {
      const name = channel(setting);
      setting.world.store.trim(name, 1 + setting.dice.pick(setting.ledger.log(name).length + 1));
    },
  },
  {
    name: "take snapshot",
    weight: 1,
    fault: "snapshots",
    run: (setting) => {
      const name = channel(setting);
      const head = setting.ledger.log(name).at(-1);
      if (head) setting.sources.set(name, { epoch: head.epoch, seq: head.seq, tail: head.tail });
    },
  },
  {
    name: "cancel",
    weight: 1,
    fault: "cancel",
    run: whenAwake((boot, { dice, stored }) => {
      const entries = boot.outbox.entries.get();
      if (!entries.length) return;
      const { id } = dice.oneOf(entries);
      stored?.withdrawn(id);
      boot.outbox.cancel(id);
    }),
  },
  {
    name: "hint",
    weight: 1.5,
    fault: "hints",
    run: ({ dice }, { boot }) =>
      boot.page.hint(dice.oneOf(["online", "offline", "network", "visible", "hidden"] as const)),
  },
  { name: "hide", weight: 0.7, fault: "hide", run: (_, { boot }) => boot.page.hide() },
  { name: "show", weight: 1, fault: "hide", run: (_, { boot }) => boot.page.show() },
  { name: "suspend", weight: 0.6, fault: "suspend", run: (_, { boot }) => boot.page.suspend() },
  {
    name: "restore",
    weight: 1.5,
    fault: "suspend",
    // From the cache it comes only by going back.
    run: (_, { boot: { page } }) => void (page.life() === "frozen" && page.restore()),
  },
  { name: "freeze", weight: 0.6, fault: "freeze", run: (_, { boot }) => boot.page.freeze() },
  { name: "thaw", weight: 1.5, fault: "freeze", run: (_, { boot }) => boot.page.thaw() },
  { name: "freeze the server", weight: 0.5, fault: "freezeServer", run: ({ world }) => world.freezeServer() },
  { name: "thaw the server", weight: 1, fault: "freezeServer", run: ({ world }) => world.thawServer() },
  { name: "disconnect", weight: 0.5, fault: "user", run: whenAwake((boot) => boot.disconnect()) },
  { name: "connect", weight: 1.5, fault: "user", run: whenAwake((boot) => boot.connect()) },
  { name: "reconnect", weight: 0.6, fault: "user", run: whenAwake((boot) => boot.reconnect()) },
  { name: "subscribe or leave", weight: 2, fault: "resubscribe", run: resubscribe },
  { name: "read back", weight: 1, fault: "readBack", run: readBack },
  {
    name: "mount",
    weight: 1,
    fault: "mounts",
    run: whenAwake((boot, _, { holds }) => holds.push(boot.retain())),
  },
  { name: "unmount", weight: 1, fault: "mounts", run: whenAwake((_, __, { holds }) => holds.shift()?.()) },
  {
    name: "request",
    weight: 2,
    fault: "requests",
    run: whenAwake((_, setting, { request }) =>
      request(channel(setting), setting.dice.oneOf([500, 30_000, 120_000])),
    ),
  },
  {
    name: "whisper",
    weight: 2,
    fault: "volatile",
    run: whenAwake((_, setting, { whisper }) => whisper(channel(setting))),
  },
  { name: "drain", weight: 0.5, fault: "drain", run: drain },
  { name: "log out everywhere", weight: 0.4, fault: "logins", run: revoke },
  {
    name: "log out",
    weight: 0.3,
    fault: "logins",
    run: whenAwake((boot, { dice }) => void boot.logout({ queue: dice.oneOf(["keep", "purge"]) })),
  },
  { name: "log in", weight: 1.5, fault: "logins", run: whenAwake((boot) => boot.connect()) },
  {
    name: "log in again",
    weight: 1.5,
    fault: "logins",
    run: whenAwake((boot) => boot.state.get().name === "failed" && boot.reconnect()),
  },
];
