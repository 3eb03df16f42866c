import { actions, pauses } from "./actions.ts";
import { checkEnd, checkOrder, type Violation } from "./observer.ts";
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
  /** After every step. */
  readonly stepped?: (setting: Setting) => void;
}

/** A page needs a handful of timers, whatever it went through. */
const maxTimers = 12;
const minute = 60_000;

const checkStep = ({ tab, plan, report, world }: Setting): void => {
  const { depth } = tab.outbox.state.get();
  if (depth > plan.capacity) report("I4", `${depth} messages in an outbox of ${plan.capacity}`);
  const timers = tab.page.clock.timers();
  if (timers > maxTimers) report("I4", `${timers} timers in one page`);
  const state = tab.state.get();
  if (state.name === "failed") report("I6", `failed ${state.error.message}`);
  for (const socket of world.sockets)
    if (socket.liveBefore > 0) report("S", `socket ${socket.id} was opened beside a live one`);
};

const step = async (setting: Setting): Promise<void> => {
  const { dice, plan, world, trace } = setting;
  const possible = actions.filter(({ fault }) => fault === undefined || plan.has(fault));
  let point = dice.roll() * possible.reduce((sum, { weight }) => sum + weight, 0);
  const action = possible.find(({ weight }) => (point -= weight) < 0) ?? possible[0]!;
  trace(`${Math.round(world.clock.nowMs())} ${action.name}`);
  action.run(setting);
  await world.advance(dice.oneOf(pauses));
  checkStep(setting);
};

const heal = ({ world, tab, trace }: Setting): void => {
  trace("heal");
  world.network.resume();
  world.network.refuse(false);
  world.network.shape({ latencyMs: 5, jitterMs: 0, bytesPerSecond: undefined });
  world.store.fail(null);
  world.store.pace({ beforeCommitMs: 0, afterCommitMs: 0, readMs: 0 });
  world.thawServer();
  world.startServer();
  tab.page.restore();
  tab.page.thaw();
  tab.page.show();
};

const unsettled = ({ ledger }: Setting): string =>
  ledger.sent
    .filter(({ settlement }) => !settlement)
    .map(({ m, channel, receipt }) => `m${m} on ${channel} ${receipt.status.get().kind}`)
    .join(", ");

const recover = async (setting: Setting): Promise<void> => {
  const { world, tab, plan, report, watched } = setting;
  const quiet = (): boolean =>
    tab.state.get().name === "connected" && unsettled(setting) === "" && setting.pendingPages === 0;
  heal(setting);
  setting.healing = true;
  await world.advance(0);
  tab.connect();
  if (!(await world.runUntil(quiet, 15 * minute)))
    report("I6", `after healing: ${tab.state.get().name}, unsettled: ${unsettled(setting) || "nothing"}`);

  for (const channel of plan.channels)
    if (![...watched].some((one) => one.channel === channel)) setting.watch(channel);
  if (plan.has("readBack"))
    for (const channel of plan.channels) setting.readBack(channel, { limit: 10, timeoutMs: 60_000 });
  await world.advance(5_000);
  const probes = new Map(plan.channels.map((channel) => [channel, setting.publish(channel)]));
  for (const channel of plan.channels) setting.send(channel);
  const seen = (): boolean => [...watched].every((one) => one.seen.includes(probes.get(one.channel)!));
  if (!(await world.runUntil(() => quiet() && seen(), 5 * minute))) {
    const deaf = [...watched].filter((one) => !one.seen.includes(probes.get(one.channel)!));
    report(
      "I6",
      `probes: unsettled ${unsettled(setting) || "nothing"}, unseen on ${deaf.map((one) => one.channel).join() || "nothing"}`,
    );
  }
  // Events of the own probes are still under way; what a fan-out lost is found within 2 s.
  await world.advance(3_000);
};

const finish = async (setting: Setting): Promise<void> => {
  const { world, tab, plan, ledger, report, watched } = setting;
  checkEnd({
    ledger,
    report,
    mayBeUncertain: plan.has("maxAge"),
    signalled: (channel) =>
      tab.record.lost.reduce((sum, one) => (one.channel === channel ? sum + one.acked : sum), 0),
  });
  if (ledger.rollbacks() === 0 && tab.record.lost.length > 0)
    report("I8", "a loss was signalled where none was");
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
    for (const one of watched)
      if (one.channel === channel && one.check.last() !== seq)
        report("I6", `${channel}: seen up to ${one.check.last()}, the head is ${seq}`);
  }
  await tab.dispose();
  await world.advance(0);
  if (setting.pendingPages > 0) report("I6", `${setting.pendingPages} pages of history never settled`);
  if (tab.page.clock.timers() > 0) report("I4", `${tab.page.clock.timers()} timers after dispose`);
  if (world.network.live().length > 0) report("S", "a socket lives after dispose");
};

/** One seed, one history: a client and a server through random faults, then healed and judged. */
export const runHistory = async (
  seed: number,
  { trace = () => undefined, stepped = () => undefined }: HistoryHearers = {},
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
    for (const channel of setting.plan.channels) setting.watch(channel);
    if (setting.plan.has("resubscribe")) setting.plan.channels.forEach(setting.iterate);
    setting.tab.connect();
    for (let left = setting.plan.steps; left > 0; left--) {
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
