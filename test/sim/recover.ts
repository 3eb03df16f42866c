import { checkEnd, checkOrder } from "./observer.ts";
import type { Sent } from "./ledger.ts";
import type { Party } from "./party.ts";
import { has, isStored, type Plan } from "./plan.ts";
import type { Watched } from "./readers.ts";
import type { Setting } from "./setting.ts";
import { healTabs } from "./tabActions.ts";

const minute = 60_000;

/** Network and server do what they should again; pages stay as they are. */
const healServer = ({ world, trace }: Setting): void => {
  trace?.("heal network and server");
  world.network.resume();
  world.network.refuse(false);
  world.network.shape({ latencyMs: 5, jitterMs: 0, bytesPerSecond: undefined });
  world.store.fail(null);
  world.store.pace({ beforeCommitMs: 0, afterCommitMs: 0, readMs: 0 });
  world.thawServer();
  world.startServer();
};

const signIn = ({ boot }: Party): void => {
  if (boot.state.get().name === "failed") boot.reconnect();
  else boot.connect();
};

/** The pages that the tabs show: those are to recover. */
const shown = ({ seats }: Setting): readonly Party[] =>
  seats.map(({ party }) => party()).filter(({ isAwake }) => isAwake());

const unsettledOf = (setting: Setting): readonly Sent[] => {
  const open = setting.ledger.sent.filter(({ settlement }) => !settlement);
  if (!open.length) return open;
  const here = new Set(shown(setting).map(({ boot }) => boot.id));
  return open.filter(({ by }) => here.has(by));
};
const unsettled = (setting: Setting): string =>
  unsettledOf(setting)
    .map(({ m, by, channel, status }) => `m${m} of ${by} on ${channel} ${status()}`)
    .join(", ");
const unanswered = (setting: Setting): string =>
  shown(setting)
    .flatMap(({ pending }) => [...pending].map(({ name }) => name))
    .join(", ");
const waiting = (setting: Setting): string =>
  [unsettled(setting), unanswered(setting)].join(" ").trim() || "nothing";

/** Hidden, and nothing to do. */
const mayPause = ({ boot }: Party, { plan }: Setting): boolean =>
  has(plan, "pause") && boot.page.sensors.hidden();

const isQuiet = (setting: Setting): boolean =>
  shown(setting).every((party) => party.boot.state.get().name === "connected" || mayPause(party, setting)) &&
  !unsettledOf(setting).length &&
  shown(setting).every(({ pending }) => !pending.size);
const statesOf = (setting: Setting): string =>
  shown(setting)
    .map(({ boot }) => `${boot.id} ${boot.state.get().name}`)
    .join();

/** What was begun before may still end a connection: a goodbye of the server, a release. Time in which nothing can happen is not spent. */
const lingersMs = ({ plan }: Setting): number =>
  has(plan, "drain") ? 20_000 : has(plan, "mounts") ? 6_000 : 1_000;
const settleDown = async (setting: Setting): Promise<void> => {
  await setting.world.advance(lingersMs(setting));
  shown(setting).forEach(signIn);
};

/** Until then a channel that was told to ask later has asked, and a slow consumer has read on. */
const asksAgainWithinMs = ({ plan }: Setting): number =>
  has(plan, "smallGaps") || has(plan, "rate") ? 20_000 : has(plan, "resubscribe") ? 8_000 : 2_000;

/** Shorter than a browser keeps a page in its cache: nobody may wait for that. */
const withoutTheSleepingMs = 9 * minute;

/** Tabs that run do not need those that are frozen, hung, cached or gone. */
const goOnWithoutTheSleeping = async (setting: Setting): Promise<void> => {
  const { world, seats, report } = setting;
  if (seats.every(({ party }) => party().isAwake())) return;
  shown(setting).forEach(signIn);
  await settleDown(setting);
  if (!(await world.runUntil(() => isQuiet(setting), withoutTheSleepingMs)))
    report("I6", `while others sleep: ${statesOf(setting)}, waiting: ${waiting(setting)}`);
};

/** The tabs of one user speak through one socket. */
const checkSockets = (setting: Setting): void => {
  const { world, plan, report } = setting;
  if (plan.rung === "solo") return;
  for (const subject of plan.subjects) {
    const own = shown(setting).filter((party) => party.subject === subject);
    const live = own.flatMap(({ boot }) => world.network.live(boot.id));
    if (live.length > 1) report("S", `${live.length} sockets for ${own.length} tabs of ${subject}`);
  }
};

/** Everything heals, and from then on all must be well. */
export const recover = async (setting: Setting): Promise<void> => {
  const { world, plan, report, trace } = setting;
  setting.healing = true;
  healServer(setting);
  await goOnWithoutTheSleeping(setting);
  trace?.("heal tabs");
  healTabs(setting);
  const parties = shown(setting);
  const quiet = (): boolean => isQuiet(setting);
  const states = (): string => statesOf(setting);
  await world.advance(0);
  parties.forEach(signIn);
  await settleDown(setting);
  if (!(await world.runUntil(quiet, 15 * minute)))
    report("I6", `after healing: ${states()}, waiting: ${waiting(setting)}`);

  for (const { watched, watch } of parties)
    for (const channel of plan.channels)
      if (![...watched].some((one) => one.channel === channel)) watch(channel);
  if (has(plan, "readBack"))
    for (const { readBack } of parties)
      for (const channel of plan.channels) readBack(channel, { limit: 10, timeoutMs: 60_000 });
  await world.advance(asksAgainWithinMs(setting));
  const probes = new Map(plan.channels.map((channel) => [channel, setting.publish(channel, true)]));
  for (const { send } of parties) for (const channel of plan.channels) send(channel);
  /** A consumer that reads slowly may find that even this was trimmed meanwhile, and is told so. */
  const knows = ({ channel, seen, check }: Watched): boolean => {
    const probe = probes.get(channel)!;
    const { seq = Infinity } = setting.ledger.log(channel).find(({ m }) => m === probe) ?? {};
    return seen.includes(probe) || check.toldUpTo() >= seq;
  };
  const deaf = (): string[] =>
    parties.flatMap(({ boot, watched }) =>
      [...watched].filter((one) => !knows(one)).map(({ channel }) => `${boot.id} ${channel}`),
    );
  if (!(await world.runUntil(() => quiet() && !deaf().length, 5 * minute)))
    report(
      "I6",
      `probes: ${states()}, waiting: ${waiting(setting)}, unseen on ${deaf().join() || "nothing"}`,
    );
  checkSockets(setting);
  await inherit(setting);
  // Events of the own probes are still under way; what a fan-out lost is found within 2 s.
  await world.advance(3_000);
};

/** What dead tabs left is sent by the living: a lock has to be free for 30 s, and is looked at every 10 to 30 s. */
const inheritWithinMs = 5 * minute;
const inherit = async (setting: Setting): Promise<void> => {
  const { world, ledger, stored, plan, report } = setting;
  if (!stored || !isStored(plan)) return;
  const subjects = new Set(shown(setting).map(({ subject }) => subject));
  const left = (): readonly number[] =>
    stored.waiting().filter((m) => {
      const sends = ledger.sendsOf(m);
      // A row that could not be removed goes with its page: the server, or its own age, says again what was said.
      const isOver = sends.some(({ settlement }) => settlement && settlement.kind !== "uncertain");
      return !ledger.everLanded(m) && !isOver && sends.some(({ subject }) => subjects.has(subject));
    });
  if (!(await world.runUntil(() => left().length === 0, inheritWithinMs)))
    report("I6", `nobody sends what is stored: m${left().join(", m")}`);
};

/** What is stored can be lost only where the store of the server forgets, or a user logs out. */
const keepsAll = (plan: Plan): boolean =>
  isStored(plan) && !has(plan, "rollback") && !has(plan, "wipe") && !has(plan, "logins");

/** Judges a history that has recovered, and closes it. */
export const finish = async (setting: Setting): Promise<void> => {
  const { world, parties, plan, ledger, report } = setting;
  const here = shown(setting);
  if (keepsAll(plan)) setting.stored?.judge(report);
  const losses = parties.flatMap(({ boot }) => boot.record.lost.map((one) => ({ ...one, by: boot.id })));
  checkEnd({
    ledger,
    isHere: (by) => here.some(({ boot }) => boot.id === by),
    report,
    // What has a guard is not stored: another page that takes over the rest cannot tell how it ended.
    mayBeUncertain:
      has(plan, "maxAge") || has(plan, "logins") || (has(plan, "guard") && has(plan, "durable")),
    signalled: (by, channel) =>
      losses.reduce((sum, one) => (one.by === by && one.channel === channel ? sum + one.acked : sum), 0),
  });
  if (ledger.rollbacks() === 0 && losses.length > 0) report("I8", "a loss was signalled where none was");
  checkOrder(ledger, plan.channels, report);
  for (const channel of plan.channels) {
    const { events, seq } = await world.store.read(channel, 1, 1_000_000);
    const stored = events.map(({ d }) => (JSON.parse(d) as { m: number }).m).join();
    const expected = ledger
      .log(channel)
      .slice(-events.length || Infinity)
      .map(({ m }) => m)
      .join();
    if (stored !== expected) report("I1", `the store of ${channel} does not hold what it committed`);
    for (const { boot, watched } of here)
      for (const one of watched)
        if (one.channel === channel && !one.check.isAt(seq))
          report("I6", `${boot.id} ${channel}: seen up to ${one.check.last()}, the head is ${seq}`);
  }
  for (const { boot } of here) {
    await boot.dispose();
    const timers = boot.page.clock.timers();
    await world.advance(0);
    if (timers > 0) report("I4", `${timers} timers after dispose`);
  }
  if (unanswered(setting)) report("I6", `never settled: ${unanswered(setting)}`);
  const live = world.network.live().map(({ id, owner }) => `socket ${id} of ${owner}`);
  if (live.length > 0) report("S", `${live.join()} lives after dispose`);
};
