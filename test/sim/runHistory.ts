import { actionOf, type Move, type Script, scriptOf } from "./moves.ts";
import { checkEnd, checkOrder, type Violation } from "./observer.ts";
import type { Party } from "./party.ts";
import { has, type Kind } from "./plan.ts";
import { begin, createSetting, type Setting } from "./setting.ts";
import { healTabs } from "./tabActions.ts";

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

export interface HistoryOptions extends HistoryHearers {
  /** Default `apart`. */
  readonly kind?: Kind | undefined;
}

/** A page needs a handful of timers, whatever it went through. */
const maxTimers = 12;
const minute = 60_000;

const checkStep = ({ parties, plan, report, world }: Setting): void => {
  for (const { boot, isGone } of parties) {
    if (isGone()) continue;
    const { depth, waiting } = boot.outbox.state.get();
    if (depth > plan.capacity) report("I4", `${depth} messages in an outbox of ${plan.capacity}`);
    if (waiting > (plan.overflow === "wait" ? plan.capacity : 0))
      report("I4", `${waiting} messages wait for an outbox of ${plan.capacity}`);
    const timers = boot.page.clock.timers();
    if (timers > maxTimers) report("I4", `${timers} timers in one page`);
    const state = boot.state.get();
    const loggedOut = has(plan, "logins") && state.name === "failed" && state.code === "UNAUTHORISED";
    if (state.name === "failed" && !loggedOut) report("I6", `failed ${state.error.message}`);
  }
  for (const socket of world.sockets)
    if (socket.liveBefore > 0) report("S", `socket ${socket.id} was opened beside a live one`);
};

const step = async (setting: Setting, move: Move): Promise<void> => {
  const { world, trace, seats } = setting;
  const seat = seats[move.seat % seats.length]!;
  const party = seat.party();
  trace(`${Math.round(world.clock.nowMs())} ${move.action}${seats.length > 1 ? ` (${party.boot.id})` : ""}`);
  setting.dice = setting.movesDice.fork(`${move.id}`);
  actionOf(move).run(setting, party);
  await world.advance(move.pauseMs);
  checkStep(setting);
};

const heal = (setting: Setting): void => {
  const { world, trace } = setting;
  trace("heal");
  world.network.resume();
  world.network.refuse(false);
  world.network.shape({ latencyMs: 5, jitterMs: 0, bytesPerSecond: undefined });
  world.store.fail(null);
  world.store.pace({ beforeCommitMs: 0, afterCommitMs: 0, readMs: 0 });
  world.thawServer();
  world.startServer();
  healTabs(setting);
};

const signIn = ({ boot }: Party): void => {
  if (boot.state.get().name === "failed") boot.reconnect();
  else boot.connect();
};

/** The pages that the tabs show: those are to recover. */
const shown = ({ seats }: Setting): readonly Party[] =>
  seats.map(({ party }) => party()).filter(({ isAwake }) => isAwake());

const unsettled = (setting: Setting): string =>
  setting.ledger.sent
    .filter(({ settlement, by }) => !settlement && shown(setting).some(({ boot }) => boot.id === by))
    .map(({ m, by, channel, status }) => `m${m} of ${by} on ${channel} ${status()}`)
    .join(", ");
const unanswered = (setting: Setting): string =>
  shown(setting)
    .flatMap(({ pending }) => [...pending].map(({ name }) => name))
    .join(", ");
const waiting = (setting: Setting): string =>
  [unsettled(setting), unanswered(setting)].join(" ").trim() || "nothing";

const recover = async (setting: Setting): Promise<void> => {
  const { world, plan, report } = setting;
  setting.healing = true;
  heal(setting);
  const parties = shown(setting);
  const quiet = (): boolean =>
    parties.every(({ boot }) => boot.state.get().name === "connected") &&
    unsettled(setting) === "" &&
    unanswered(setting) === "";
  const states = (): string => parties.map(({ boot }) => boot.state.get().name).join();
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
  if (has(plan, "readBack"))
    for (const { readBack } of parties)
      for (const channel of plan.channels) readBack(channel, { limit: 10, timeoutMs: 60_000 });
  // A channel that was told to ask later has asked by then.
  await world.advance(20_000);
  const probes = new Map(plan.channels.map((channel) => [channel, setting.publish(channel, true)]));
  for (const { send } of parties) for (const channel of plan.channels) send(channel);
  const deaf = (): string[] =>
    parties.flatMap(({ boot, watched }) =>
      [...watched]
        .filter((one) => !one.seen.includes(probes.get(one.channel)!))
        .map(({ channel }) => `${boot.id} ${channel}`),
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
  const here = shown(setting);
  const losses = parties.flatMap(({ boot }) => boot.record.lost.map((one) => ({ ...one, by: boot.id })));
  checkEnd({
    ledger,
    isHere: (by) => here.some(({ boot }) => boot.id === by),
    report,
    mayBeUncertain: has(plan, "maxAge") || has(plan, "logins"),
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

/** A history as it is written: through random faults, then healed and judged. */
export const runScript = async (
  script: Script,
  { trace = () => undefined, ready = () => undefined, stepped = () => undefined }: HistoryHearers = {},
): Promise<History> => {
  const violations: Violation[] = [];
  const report = (invariant: Violation["invariant"], text: string): void => {
    if (violations.length >= 20) return;
    trace(`!! ${invariant} ${text}`);
    violations.push({ invariant, text });
  };
  trace(`plan ${JSON.stringify(script.plan)}`);
  const setting = createSetting(script, report, trace);
  try {
    ready(setting);
    setting.begun = true;
    for (const party of setting.parties) begin(party, setting);
    for (const move of script.moves) {
      await step(setting, move);
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
    seed: script.seed,
    violations,
    faults: script.plan.faults,
    sent: setting.ledger.sent.length,
    sockets: setting.world.sockets.length,
    settled,
  };
};

/** One seed, one history. */
export const runHistory = (
  seed: number,
  { kind = "apart", ...hearers }: HistoryOptions = {},
): Promise<History> => runScript(scriptOf(seed, kind), hearers);
