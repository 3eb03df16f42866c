import type { Receipt, Settlement } from "../../src/client/receipt.ts";
import type { SendOptions } from "../../src/client/sendOptions.ts";
import type { Tab } from "../../src/testing/tab.ts";
import { optionsOf } from "./apps.ts";
import type { Sent } from "./ledger.ts";
import { checkReply, checkSettlement } from "./observer.ts";
import { createReaders, type Readers } from "./readers.ts";
import type { Setting } from "./setting.ts";

export type Send = SendOptions & { /** Uses a key of before. */ readonly again?: boolean };

/** One page: a client, its user, and everything that watches it. */
export interface Party extends Readers {
  readonly tab: Tab;
  readonly subject: string;
  /** Asks for tokens, or for the place to dial. */
  readonly asks: { readonly token: boolean; readonly url: boolean };
  /** Signals of the app that were given to a message. */
  readonly signals: { readonly signal: AbortSignal; readonly receipt: Receipt }[];
  /** The producer it uses on a channel, as far as the wire has shown it and no rollback ended it. */
  readonly producerOf: (channel: string) => string | undefined;
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

export const createParty = (setting: Setting, subject: string, name: string): Party => {
  const { world, plan, ledger, report } = setting;
  const dice = setting.opinions.fork(name);
  const options = optionsOf({ setting, subject, dice, tab: () => tab });
  const tab: Tab = world.openTab(options);
  const trace = (text: string): void => setting.trace(plan.tabs > 1 ? `${tab.id} ${text}` : text);
  const pending = new Set<{ readonly name: string }>();

  const askers = new Map<string, (settlement: Settlement) => void>();
  tab.on("settled", ({ id, settlement }) => {
    trace(`  settled ${id.slice(0, 8)} ${JSON.stringify(settlement)}`);
    askers.get(id)?.(settlement);
  });
  const givenUp = new Set<string | undefined>();
  const producerOf = (channel: string): string | undefined => {
    const last = tab
      .sockets()
      .flatMap((socket) => socket.frames())
      .flatMap((frame) =>
        frame.t === "resume" || frame.t === "claim" ? frame.producers : frame.t === "pub" ? [frame] : [],
      )
      .findLast(({ c }) => c === channel);
    return givenUp.has(last?.p) ? undefined : last?.p;
  };
  tab.on("lost", (event) => {
    trace(`  lost ${JSON.stringify(event)}`);
    givenUp.add(producerOf(event.channel));
  });
  tab.on("error", (event) => trace(`  error ${event.message}`));
  tab.on("transition", ({ from, to, event }) => trace(`  ${from.name} → ${to.name} (${event})`));

  const asked = (what: string, answer: Promise<unknown>): void => {
    trace(what);
    const token = { name: what };
    pending.add(token);
    const allowed = ["TIMEOUT", "DISCONNECTED", "DISPOSED", ...(plan.has("logins") ? ["UNAUTHORISED"] : [])];
    answer
      .catch(({ code, message }: { readonly code: string; readonly message: string }) => {
        trace(`  ${what}: ${code}`);
        if (!allowed.includes(code)) report("I6", `${what}: ${message}`);
      })
      .finally(() => pending.delete(token));
  };
  const readers = createReaders({ setting, tab, subject, dice, trace, asked });

  const sentAs = (sent: Omit<Sent, "by" | "subject">, settled: Promise<Settlement>): void => {
    const one: Sent = { ...sent, by: tab.id, subject };
    trace(`send m${one.m} on ${one.channel} as ${one.id.slice(0, 8)}`);
    ledger.sent.push(one);
    void settled.then((settlement) => {
      trace(`  m${one.m} settled ${JSON.stringify(settlement)}`);
      checkSettlement(one, settlement, ledger, report);
      one.settlement = settlement;
      one.settledAfterRollbacks = ledger.rollbacks();
    });
  };

  const party: Party = {
    ...readers,
    tab,
    subject,
    asks: { token: options.auth !== undefined, url: typeof options.url === "function" },
    signals: [],
    producerOf,
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
      const receipt = tab.send({ m }, { ...sendOptions, channel, ...key });
      if (signal) party.signals.push({ signal, receipt });
      const status = (): string => receipt.status.get().kind;
      sentAs({ m, channel, id: receipt.id, status, expected }, receipt.settled);
    },
    request: (channel, timeoutMs) => {
      const m = setting.nextPayload();
      const id = `request-${dice.uuid()}`;
      const settled = new Promise<Settlement>((done) => askers.set(id, done));
      const reply = tab.request({ m }, { channel, timeoutMs, idempotencyKey: id });
      // In `failed` it is refused at once, and nothing was sent.
      if (tab.state.get().name !== "failed")
        sentAs({ m, channel, id, status: () => "asked", expected: undefined }, settled);
      asked(`request m${m}`, checkReply({ m, settled, reply, ledger, report }));
    },
    whisper: (channel) => {
      const m = setting.nextPayload();
      setting.whispers.add(m);
      trace(`whisper m${m} on ${channel}`);
      const isConnected = tab.state.get().name === "connected";
      const { kind } = tab.send({ m }, { channel, volatile: true }).status.get();
      if (kind !== "rejected" && !(kind === "sent" && isConnected))
        report("I8", `m${m} is volatile and settled ${kind}`);
    },
  };
  return party;
};
