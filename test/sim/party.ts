import type { Receipt, Settlement } from "../../src/client/receipt.ts";
import type { SendOptions } from "../../src/client/sendOptions.ts";
import type { Boot } from "../../src/testing/boot.ts";
import type { SeededDice } from "../../src/testing/seededDice.ts";
import type { Tab } from "../../src/testing/tab.ts";
import type { Sent } from "./ledger.ts";
import { checkReply, checkSettlement } from "./observer.ts";
import { createReaders, type Readers } from "./readers.ts";
import { has, isStored } from "./plan.ts";
import type { Setting, Trace } from "./setting.ts";

export type Send = SendOptions & { /** Uses a key of before. */ readonly again?: boolean };

/** One page: a client, its user, and everything that watches it. */
export interface Party extends Readers {
  readonly boot: Boot;
  /** The tab it was loaded in. */
  readonly tab: Tab;
  readonly subject: string;
  /** Its script runs. */
  readonly isAwake: () => boolean;
  readonly isGone: () => boolean;
  /** Since when it is frozen without a connection, in ms of the world, and how many tasks waited for it when that was known. */
  asleep: { readonly sinceMs: number; held: number } | undefined;
  /** Signals of the app that were given to a message. */
  readonly signals: { readonly signal: AbortSignal; readonly receipt: Receipt }[];
  /** Releases of `retain`. */
  readonly holds: (() => void)[];
  /** What was asked for and has not been answered. */
  readonly pending: Set<{ readonly name: string }>;
  readonly send: (channel: string, options?: Send) => void;
  /** A `send` that waits for its reply. */
  readonly request: (channel: string, timeoutMs: number) => void;
  /** A volatile message. */
  readonly whisper: (channel: string) => void;
}

export interface PartyOptions {
  readonly setting: Setting;
  readonly boot: Boot;
  readonly subject: string;
  readonly tab: () => Tab;
  readonly dice: SeededDice;
}

export const createParty = ({ setting, boot, subject, tab, dice }: PartyOptions): Party => {
  const { plan, ledger, report } = setting;
  const isAwake = (): boolean => boot.page.life() === "active";
  const isGone = (): boolean => boot.page.life() === "gone";
  const { trace: tell } = setting;
  const trace: Trace = tell && ((text) => tell(plan.tabs > 1 ? `${boot.id} ${text}` : text));
  const pending = new Set<{ readonly name: string }>();

  const askers = new Map<string, (settlement: Settlement) => void>();
  boot.on("settled", ({ id, settlement }) => {
    trace?.(`  settled ${id.slice(0, 8)} ${JSON.stringify(settlement)}`);
    askers.get(id)?.(settlement);
    setting.stored?.settled(id);
  });
  boot.on("lost", (event) => {
    trace?.(`  lost ${JSON.stringify(event)}`);
    setting.producers.giveUp(boot.id, event.channel);
  });
  boot.on("error", (event) => trace?.(`  error ${event.message}`));
  boot.on("transition", ({ from, to, event }) => trace?.(`  ${from.name} → ${to.name} (${event})`));

  const asked = (what: string, answer: Promise<unknown>): void => {
    trace?.(what);
    const token = { name: what };
    pending.add(token);
    const allowed = ["TIMEOUT", "DISCONNECTED", "DISPOSED", ...(has(plan, "logins") ? ["UNAUTHORISED"] : [])];
    answer
      .catch(({ code, message }: { readonly code: string; readonly message: string }) => {
        trace?.(`  ${what}: ${code}`);
        if (!allowed.includes(code)) report("I6", `${what}: ${message}`);
      })
      .finally(() => pending.delete(token));
  };
  const readers = createReaders({ setting, boot, tab, subject, dice, trace, asked });

  const sentAs = (
    sent: Pick<Sent, "m" | "channel" | "id" | "status" | "expected">,
    settled: Promise<Settlement>,
  ): void => {
    const line = isStored(plan) ? tab().id : boot.id;
    const known = new Set(setting.stored?.waiting());
    const unknown = ledger.sent.filter(
      (other) => other.line === line && other.by !== boot.id && !other.settlement && !known.has(other.m),
    );
    const one: Sent = {
      ...sent,
      by: boot.id,
      line,
      unknown: new Set(unknown.map(({ m }) => m).filter((m) => !ledger.everLanded(m))),
      subject,
      isAwake,
      family: setting.familyOf(tab()),
      atMs: setting.world.clock.nowMs(),
      slept: false,
    };
    trace?.(`send m${one.m} on ${one.channel} as ${one.id.slice(0, 8)}`);
    ledger.sent.push(one);
    void settled.then((settlement) => {
      if (isGone()) return;
      trace?.(`  m${one.m} settled ${JSON.stringify(settlement)}`);
      checkSettlement(one, settlement, ledger, report);
      one.settlement = settlement;
      one.settledAfterRollbacks = ledger.rollbacks();
    });
  };

  /** What a send takes out of the outbox was evicted for it. */
  const noticeEvictions = (act: () => Receipt): Receipt => {
    const ids = (): string[] => boot.outbox.entries.get().map(({ id }) => id);
    const before = plan.overflow === "evict-oldest" ? ids() : [];
    const receipt = act();
    const after = new Set(before.length ? ids() : []);
    for (const id of before) if (!after.has(id)) setting.stored?.withdrawn(id);
    return receipt;
  };

  const party: Party = {
    ...readers,
    boot,
    get tab() {
      return tab();
    },
    subject,
    isAwake,
    isGone,
    asleep: undefined,
    signals: [],
    holds: [],
    pending,
    send: (channel, { again = false, ...sendOptions } = {}) => {
      const earlier = again
        ? ledger.sent.findLast(
            (one) => one.channel === channel && one.subject === subject && one.id.startsWith("key"),
          )
        : undefined;
      const m = earlier?.m ?? setting.nextPayload();
      const { expected, signal } = sendOptions;
      const key = earlier && { idempotencyKey: earlier.id };
      const receipt = noticeEvictions(() => boot.send({ m }, { ...sendOptions, channel, ...key }));
      if (signal) party.signals.push({ signal, receipt });
      // None of its own where nobody asks: what listens to a signal is counted.
      const { stored } = setting;
      if (stored) signal?.addEventListener("abort", () => stored.withdrawn(receipt.id));
      const status = (): string => receipt.status.get().kind;
      sentAs({ m, channel, id: receipt.id, status, expected }, receipt.settled);
    },
    request: (channel, timeoutMs) => {
      const m = setting.nextPayload();
      const id = `request-${dice.uuid()}`;
      const settled = new Promise<Settlement>((done) => askers.set(id, done));
      const reply = boot.request({ m }, { channel, timeoutMs, idempotencyKey: id });
      // In `failed` it is refused at once, and nothing was sent.
      if (boot.state.get().name !== "failed")
        sentAs({ m, channel, id, status: () => "asked", expected: undefined }, settled);
      asked(`request m${m}`, checkReply({ m, settled, reply, ledger, report }));
    },
    whisper: (channel) => {
      const m = setting.nextPayload();
      setting.whispers.set(m, subject);
      trace?.(`whisper m${m} on ${channel}`);
      const isConnected = boot.state.get().name === "connected";
      const { kind } = boot.send({ m }, { channel, volatile: true }).status.get();
      if (kind !== "rejected" && !(kind === "sent" && isConnected))
        report("I8", `m${m} is volatile and settled ${kind}`);
    },
  };
  return party;
};
