import type { Message } from "../../src/client/message.ts";
import type { FetchToken } from "../../src/client/options.ts";
import type { Receipt } from "../../src/client/receipt.ts";
import type { SubscribeOptions } from "../../src/client/ResilientClient.ts";
import type { SendOptions } from "../../src/client/sendOptions.ts";
import type { SeededDice } from "../../src/testing/seededDice.ts";
import type { Tab } from "../../src/testing/tab.ts";
import type { Sent } from "./ledger.ts";
import { checkDelivery, checkPage, checkSettlement, type DeliveryCheck } from "./observer.ts";
import type { Setting } from "./setting.ts";

/** One consumer of a channel and what it may be given next. */
export interface Watched {
  readonly channel: string;
  readonly check: DeliveryCheck;
  /** Payload numbers in order. */
  readonly seen: readonly number[];
  readonly stop: () => void;
}

export type Send = SendOptions & { /** Uses a key of before. */ readonly again?: boolean };

/** One page: a client, its user, and everything that watches it. */
export interface Party {
  readonly tab: Tab;
  readonly subject: string;
  /** Asks for tokens. */
  readonly withAuth: boolean;
  readonly watched: Set<Watched>;
  /** Signals of the app that were given to a message. */
  readonly signals: { readonly signal: AbortSignal; readonly receipt: Receipt }[];
  /** The producer it uses on a channel, as far as the wire has shown it and no rollback ended it. */
  readonly producerOf: (channel: string) => string | undefined;
  /** Releases of `retain`. */
  readonly holds: (() => void)[];
  /** Pages of history and replies that were asked for and have not come. */
  readonly reading: Set<{ readonly name: string }>;
  readonly send: (channel: string, options?: Send) => void;
  readonly sendVolatile: (channel: string) => void;
  readonly request: (channel: string) => void;
  readonly watch: (channel: string, options?: SubscribeOptions, startsAt?: number) => void;
  /** As `watch`, by `messages()`; holds a few, takes one after the other, with pauses. */
  readonly iterate: (channel: string) => void;
  readonly readBack: (
    channel: string,
    page: { readonly before?: number | undefined; readonly limit: number; readonly timeoutMs: number },
  ) => void;
}

/** The app's way to a token: slow, cached, and down at times. */
const tokens =
  (setting: Setting, subject: string, tab: () => Tab, dice: SeededDice): FetchToken =>
  async ({ refresh }) => {
    const { plan, world } = setting;
    if (!plan.has("auth")) return { token: `${subject} Infinity` };
    // What the page waits for comes to a frozen page when it thaws.
    const delayMs = setting.healing ? 0 : dice.oneOf([0, 5, 200, 3_000]);
    await new Promise<void>((done) => world.clock.after(delayMs, () => tab().page.clock.run(done)));
    if (!setting.healing && dice.chance(0.1)) throw new Error("the login service is down");
    const now = world.clock.wallMs();
    const kept = setting.tokens.get(tab());
    const until = kept !== undefined && !refresh && kept > now ? kept : now + plan.tokenLifeMs;
    setting.tokens.set(tab(), until);
    return { token: `${subject} ${until}` };
  };

export const createParty = (setting: Setting, subject: string, name: string): Party => {
  const { world, plan, ledger, report } = setting;
  const dice = setting.opinions.fork(name);
  const withAuth = plan.has("auth") || plan.subjects.length > 1;
  const tab: Tab = world.openTab({
    ...(withAuth && { auth: tokens(setting, subject, () => tab, dice) }),
    ...(plan.has("mounts") && { onUnmount: { lingerMs: dice.oneOf([0, 500, 5_000]) } }),
    outbox: {
      capacity: plan.capacity,
      overflow: plan.overflow,
      ...(plan.has("maxAge") && { maxAgeMs: 30_000 }),
    },
  });
  const trace = (text: string): void => setting.trace(plan.tabs > 1 ? `${tab.id} ${text}` : text);

  tab.on("settled", ({ id, settlement }) => {
    trace(`  settled ${id.slice(0, 8)} ${JSON.stringify(settlement)}`);
  });
  /** Numbers of its requests: they are in nobody's ledger. */
  const asked = new Set<number>();
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

  const observe = (channel: string, startsAt?: number) => {
    const seen: number[] = [];
    const hides = (m: number): boolean => setting.hides(m, subject);
    const check = checkDelivery({ channel, startsAt, ledger, report, hides });
    return {
      seen,
      check,
      received: (message: Message): void => {
        const { m } = message.data as { m: number };
        trace(`  got ${channel}#${message.seq} m${m}${message.replayed ? " replayed" : ""}`);
        // Volatile messages have no place in the log.
        if (message.seq !== undefined || !setting.fleeting.has(m)) check.received(message);
        if (message.own && !asked.has(m) && !ledger.sendsOf(m).some(({ by }) => by === tab.id))
          report("I7", `${channel}: m${m} came to ${tab.id} as its own`);
        if (hides(m)) report("I7", `${channel}: m${m} is hidden from ${subject} and came to ${tab.id}`);
        seen.push(m);
      },
      onContinuity: (continuity: Parameters<DeliveryCheck["told"]>[0]): void => {
        trace(`  continuity ${JSON.stringify(continuity)}`);
        check.told(continuity);
      },
    };
  };

  const party: Party = {
    tab,
    subject,
    withAuth,
    watched: new Set(),
    signals: [],
    producerOf,
    holds: [],
    reading: new Set(),
    send: (channel, { again = false, ...options } = {}) => {
      const earlier = again
        ? ledger.sent.findLast(
            (one) => one.channel === channel && one.subject === subject && one.id.startsWith("key"),
          )
        : undefined;
      const m = earlier?.m ?? setting.nextPayload();
      const receipt = tab.send(
        { m },
        { ...options, channel, ...(earlier && { idempotencyKey: earlier.id }) },
      );
      if (options.signal) party.signals.push({ signal: options.signal, receipt });
      trace(`send m${m} on ${channel} as ${receipt.id.slice(0, 8)}`);
      const sent: Sent = { m, channel, id: receipt.id, receipt, by: tab.id, subject };
      ledger.sent.push(sent);
      void receipt.settled.then((settlement) => {
        trace(`  m${m} settled ${JSON.stringify(settlement)}`);
        checkSettlement(sent, settlement, ledger, report);
        sent.settlement = settlement;
        sent.settledAfterRollbacks = ledger.rollbacks();
      });
    },
    sendVolatile: (channel) => {
      const m = setting.nextPayload();
      setting.fleeting.add(m);
      const isConnected = tab.state.get().name === "connected";
      const end = tab.send({ m }, { channel, volatile: true }).status.get();
      trace(`volatile m${m} on ${channel}: ${JSON.stringify(end)}`);
      if (end.kind !== "rejected" && !(end.kind === "sent" && isConnected))
        report("I8", `volatile m${m} settled ${JSON.stringify(end)}`);
    },
    request: (channel) => {
      const m = setting.nextPayload();
      const token = { name: `request m${m} on ${channel}` };
      asked.add(m);
      trace(token.name);
      party.reading.add(token);
      tab
        .request<{ m: number } | undefined>({ m }, { channel, timeoutMs: dice.oneOf([500, 30_000]) })
        .then(
          ({ data, seq }) => {
            trace(`  reply to m${m} at ${seq}`);
            if (data?.m !== m) report("I8", `m${m} got the reply ${JSON.stringify(data)}`);
            if (!ledger.rollbacks() && !ledger.wasCommitted(channel, seq ?? 0, m))
              report("I8", `m${m} got a reply at ${seq} and does not stand there`);
          },
          ({ code }: { readonly code: string }) => {
            trace(`  no reply to m${m}: ${code}`);
            const allowed = ["REPLY_TIMEOUT", "MESSAGE_NOT_ACKED", "DISCONNECTED", "UNAUTHORISED"];
            if (!allowed.includes(code) && !ledger.rollbacks()) report("I8", `request m${m}: ${code}`);
          },
        )
        .finally(() => party.reading.delete(token));
    },
    watch: (channel, options = {}, startsAt) => {
      const { seen, check, received, onContinuity } = observe(channel, startsAt);
      const stop = tab.subscribe(channel, received, { ...options, onContinuity });
      party.watched.add({ channel, check, seen, stop });
    },
    iterate: (channel) => {
      const { seen, check, received, onContinuity } = observe(channel);
      const ended = new AbortController();
      const capacity = dice.oneOf([1, 2, 3]);
      party.watched.add({ channel, check, seen, stop: () => ended.abort() });
      const run = async (): Promise<void> => {
        for await (const message of tab.messages(channel, { capacity, signal: ended.signal, onContinuity })) {
          received(message);
          const pauseMs = setting.healing ? 0 : dice.oneOf([0, 0, 0, 20, 1_000, 4_000]);
          if (pauseMs) await new Promise<void>((done) => world.clock.after(pauseMs, done));
        }
      };
      run().catch((error: unknown) => report("I6", `messages() threw ${String(error)}`));
    },
    readBack: (channel, { before, limit, timeoutMs }) => {
      const rollbacks = ledger.rollbacks();
      const head = ledger.log(channel).at(-1)?.seq ?? 0;
      const asked = { channel, before, limit, rollbacks, head };
      const name = `read back ${JSON.stringify(asked)}`;
      trace(name);
      const token = { name };
      party.reading.add(token);
      const mayBeShort = plan.has("trim") || plan.has("filter");
      const hides = (m: number): boolean => setting.hides(m, subject);
      tab
        .history(channel, { before, limit, timeoutMs })
        .then(
          (page) => {
            trace(`  page of ${channel} ${page.map(({ seq }) => seq).join()}`);
            checkPage(asked, page, { ledger, report, hides, mayBeShort });
          },
          ({ code }: { readonly code: string }) => {
            trace(`  no page of ${channel}: ${code}`);
            const allowed = [
              "TIMEOUT",
              "DISCONNECTED",
              "DISPOSED",
              ...(plan.has("logins") ? ["UNAUTHORISED"] : []),
            ];
            if (!allowed.includes(code)) report("I6", `history: ${code}`);
          },
        )
        .finally(() => party.reading.delete(token));
    },
  };
  return party;
};
