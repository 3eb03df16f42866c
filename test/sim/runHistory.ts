import { actions, pauses } from "./actions.ts";
import { checkEnd, checkOrder, type Violation } from "./observer.ts";
import type { Party } from "./party.ts";
import { createSetting, type Setting } from "./setting.ts";

export interface History {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly faults: readonly string[];
  readonly sent: number;
  readonly sockets: number;
  /** Settlements by kind. */
  readonly settled: Readonly<Record<string, number>>;
}

export interface HistoryHearers {
  readonly trace?: ((text: string) => void) | undefined;
  /** Before anything happens. */
  readonly ready?: (setting: Setting) => void;
  /** After every step. */
  readonly stepped?: (setting: Setting) => void;
}

/** A page needs a handful of timers, whatever it went through. */
const maxTimers = 12;
const minute = 60_000;

const checkStep = ({ parties, plan, report, world }: Setting): void => {
  for (const { tab } of parties) {
    const { depth, waiting } = tab.outbox.state.get();
    if (depth > plan.capacity) report("I4", `${depth} messages in an outbox of ${plan.capacity}`);
    if (waiting > (plan.overflow === "wait" ? plan.capacity : 0))
      report("I4", `${waiting} messages wait for an outbox of ${plan.capacity}`);
    const timers = tab.page.clock.timers();
    if (timers > maxTimers) report("I4", `${timers} timers in one page`);
    const state = tab.state.get();
    const loggedOut = plan.has("logins") && state.name === "failed" && state.code === "UNAUTHORISED";
    if (state.name === "failed" && !loggedOut) report("I6", `failed ${state.error.message}`);
  }
  for (const socket of world.sockets)
    if (socket.liveBefore > 0) report("S", `socket ${socket.id} was opened beside a live one`);
};

const step = async (setting: Setting): Promise<void> => {
  const { dice, plan, world, trace, parties } = setting;
  const possible = actions.filter(({ fault }) => fault === undefined || plan.has(fault));
  let point = dice.roll() * possible.reduce((sum, { weight }) => sum + weight, 0);
  const action = possible.find(({ weight }) => (point -= weight) < 0) ?? possible[0]!;
  const party = dice.oneOf(parties);
  trace(`${Math.round(world.clock.nowMs())} ${action.name}${parties.length > 1 ? ` (${party.tab.id})` : ""}`);
  action.run(setting, party);
  await world.advance(dice.oneOf(pauses));
  checkStep(setting);
};

const heal = ({ world, parties, trace }: Setting): void => {
  trace("heal");
  world.network.resume();
  world.network.refuse(false);
  world.network.shape({ latencyMs: 5, jitterMs: 0, bytesPerSecond: undefined });
  world.store.fail(null);
  world.store.pace({ beforeCommitMs: 0, afterCommitMs: 0, readMs: 0 });
  world.thawServer();
  world.startServer();
  for (const { tab } of parties) {
    tab.page.restore();
    tab.page.thaw();
    tab.page.show();
  }
};

const signIn = ({ tab }: Party): void => {
  if (tab.state.get().name === "failed") tab.reconnect();
  else tab.connect();
};

const unsettled = ({ ledger }: Setting): string =>
  ledger.sent
    .filter(({ settlement }) => !settlement)
    .map(({ m, by, channel, status }) => `m${m} of ${by} on ${channel} ${status()}`)
    .join(", ");
const unanswered = ({ parties }: Setting): string =>
  parties.flatMap(({ pending }) => [...pending].map(({ name }) => name)).join(", ");
const waiting = (setting: Setting): string =>
  [unsettled(setting), unanswered(setting)].join(" ").trim() || "nothing";

const recover = async (setting: Setting): Promise<void> => {
  const { world, parties, plan, report } = setting;
  const quiet = (): boolean =>
    parties.every(({ tab }) => tab.state.get().name === "connected") &&
    unsettled(setting) === "" &&
    unanswered(setting) === "";
  const states = (): string => parties.map(({ tab }) => tab.state.get().name).join();
  heal(setting);
  setting.healing = true;
  await world.advance(0);
  parties.forEach(signIn);
  // What was begun before (a release, a goodbye) may still end a connection.
  await world.advance(20_000);
  parties.forEach(signIn);
  if (!(await world.runUntil(quiet, 15 * minute)))
    report("I6", `after healing: ${states()}, waiting: ${waiting(setting)}`);

  for (const { watched, watch } of parties)
    for (const channel of plan.channels)
      if (![...watched].some((one) => one.channel === channel)) watch(channel);
  if (plan.has("readBack"))
    for (const { readBack } of parties)
      for (const channel of plan.channels) readBack(channel, { limit: 10, timeoutMs: 60_000 });
  // A channel that was told to ask later has asked by then.
  await world.advance(20_000);
  const probes = new Map(plan.channels.map((channel) => [channel, setting.publish(channel, true)]));
  for (const { send } of parties) for (const channel of plan.channels) send(channel);
  const deaf = (): string[] =>
    parties.flatMap(({ tab, watched }) =>
      [...watched]
        .filter((one) => !one.seen.includes(probes.get(one.channel)!))
        .map(({ channel }) => `${tab.id} ${channel}`),
    );
  if (!(await world.runUntil(() => quiet() && !deaf().length, 5 * minute)))
    report(
      "I6",
      `probes: ${states()}, waiting: ${waiting(setting)}, unseen on ${deaf().join() || "nothing"}`,
    );
  // Events of the own probes are still under way; what a fan-out lost is found within 2 s.
  await world.advance(3_000);
};

const finish = async (setting: Setting): Promise<void> => {
  const { world, parties, plan, ledger, report } = setting;
  const losses = parties.flatMap(({ tab }) => tab.record.lost.map((one) => ({ ...one, by: tab.id })));
  checkEnd({
    ledger,
    report,
    mayBeUncertain: plan.has("maxAge") || plan.has("logins"),
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
    for (const { tab, watched } of parties)
      for (const one of watched)
        if (one.channel === channel && !one.check.isAt(seq))
          report("I6", `${tab.id} ${channel}: seen up to ${one.check.last()}, the head is ${seq}`);
  }
  for (const { tab } of parties) {
    await tab.dispose();
    const timers = tab.page.clock.timers();
    await world.advance(0);
    if (timers > 0) report("I4", `${timers} timers after dispose`);
  }
  if (unanswered(setting)) report("I6", `never settled: ${unanswered(setting)}`);
  if (world.network.live().length > 0) report("S", "a socket lives after dispose");
};

/** One seed, one history: a client and a server through random faults, then healed and judged. */
export const runHistory = async (
  seed: number,
  { trace = () => undefined, ready = () => undefined, stepped = () => undefined }: HistoryHearers = {},
): Promise<History> => {
  const violations: Violation[] = [];
  const report = (invariant: Violation["invariant"], text: string): void => {
    if (violations.length >= 20) return;
    trace(`!! ${invariant} ${text}`);
    violations.push({ invariant, text });
  };
  const setting = createSetting(seed, report, trace);
  trace(`plan ${JSON.stringify(setting.plan)}`);
  try {
    ready(setting);
    const { plan, parties } = setting;
    for (const { tab, watch, iterate } of parties) {
      plan.channels.forEach((channel) => watch(channel));
      if (plan.has("resubscribe")) plan.channels.forEach(iterate);
      tab.connect();
    }
    for (let left = plan.steps; left > 0; left--) {
      await step(setting);
      stepped(setting);
    }
    await recover(setting);
    await finish(setting);
    await setting.world.close();
  } catch (error) {
    report("I6", `threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  const settled: Record<string, number> = {};
  for (const { settlement } of setting.ledger.sent)
    if (settlement) settled[settlement.kind] = (settled[settlement.kind] ?? 0) + 1;
  return {
    seed,
    violations,
    faults: setting.plan.faults,
    sent: setting.ledger.sent.length,
    sockets: setting.world.sockets.length,
    settled,
  };
};
