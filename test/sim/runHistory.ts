import { actionOf, type Move, type Script, scriptOf } from "./moves.ts";
import type { Violation } from "./observer.ts";
import type { Party } from "./party.ts";
import { has, isStored, type Kind } from "./plan.ts";
import { begin, createSetting, type Setting, type Trace } from "./setting.ts";
import { finish, recover } from "./recover.ts";

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
  readonly trace?: Trace;
  /** Before anything happens. */
  readonly ready?: (setting: Setting) => void;
  /** After every step. */
  readonly stepped?: (setting: Setting) => void;
}

export interface HistoryOptions extends HistoryHearers {
  /** Default `apart`. */
  readonly kind?: Kind | undefined;
}

/** A page needs a handful of timers, whatever it went through, and one for each earlier page of its tab that it waits for. */
const maxTimers = 12;

/** A leader gives a page that runs nothing 5 s. */
const asleepMs = 6_000;

/** What waits for a frozen page that has no connection does not grow with time: nobody posts to it any more. */
const checkAsleep = (party: Party, { world, report, plan }: Setting): void => {
  const { boot, asleep } = party;
  const nowMs = world.clock.nowMs();
  // What comes by storage events is a task of the browser itself, whoever it is for.
  if (
    plan.rung === "solo" ||
    plan.rung === "storage" ||
    boot.page.life() !== "frozen" ||
    world.network.live(boot.id).length
  ) {
    party.asleep = undefined;
    return;
  }
  // What it shows of its leader's connection it tells its app, when it runs again.
  const held = boot.page.clock.held() - 3 * boot.record.transitions.length;
  if (!asleep) party.asleep = { sinceMs: nowMs, held: Infinity };
  else if (nowMs - asleep.sinceMs < asleepMs) return;
  else if (asleep.held === Infinity) asleep.held = held;
  else if (held > asleep.held + maxTimers)
    report("I4", `${held} tasks wait for ${boot.id}, which is frozen, and were ${asleep.held}`);
};

const checkStep = (setting: Setting): void => {
  const { parties, plan, report, world, ledger } = setting;
  for (const sent of ledger.sent) sent.slept ||= !sent.isAwake();
  for (const party of parties) {
    const { boot, isGone } = party;
    if (isGone()) continue;
    checkAsleep(party, setting);
    const { depth, waiting } = boot.outbox.state.get();
    // Each earlier page of its tab finds room for one, or what is new would wait for it for ever.
    const room = plan.capacity + (isStored(plan) ? party.tab.boots.length - 1 : 0);
    if (depth > room) report("I4", `${depth} messages in an outbox of ${plan.capacity}`);
    if (waiting > (plan.overflow === "wait" ? plan.capacity : 0))
      report("I4", `${waiting} messages wait for an outbox of ${plan.capacity}`);
    const timers = boot.page.clock.timers();
    if (timers > maxTimers + party.tab.boots.length) report("I4", `${timers} timers in one page`);
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
  trace?.(
    `${Math.round(world.clock.nowMs())} ${move.action}${seats.length > 1 ? ` (${party.boot.id})` : ""}`,
  );
  setting.dice = setting.movesDice.fork(`${move.id}`);
  actionOf(move).run(setting, party);
  await world.advance(move.pauseMs);
  checkStep(setting);
};

/** A history as it is written: through random faults, then healed and judged. */
export const runScript = async (
  script: Script,
  { trace, ready = () => undefined, stepped = () => undefined }: HistoryHearers = {},
): Promise<History> => {
  const violations: Violation[] = [];
  const report = (invariant: Violation["invariant"], text: string): void => {
    if (violations.length >= 20) return;
    trace?.(`!! ${invariant} ${text}`);
    violations.push({ invariant, text });
  };
  trace?.(`plan ${JSON.stringify(script.plan)}`);
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
