import type { Message } from "../../src/client/message.ts";
import type { Receipt } from "../../src/client/receipt.ts";
import type { SendOptions } from "../../src/client/sendOptions.ts";
import { createWorld, type World } from "../../src/testing/createWorld.ts";
import { seededDice, type SeededDice } from "../../src/testing/seededDice.ts";
import type { Tab, Watch } from "../../src/testing/tab.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { checkDelivery, checkPage, checkSettlement, type DeliveryCheck, type Report } from "./observer.ts";
import { makePlan, type Plan } from "./plan.ts";

export interface Watched {
  readonly channel: string;
  readonly check: DeliveryCheck;
  readonly watch: Pick<Watch, "stop">;
  /** Payload numbers in order. */
  readonly seen: readonly number[];
}

/** One world under test with everything that watches it. */
export interface Setting {
  readonly world: World;
  readonly tab: Tab;
  readonly plan: Plan;
  readonly dice: SeededDice;
  readonly ledger: Ledger;
  readonly watched: Set<Watched>;
  /** Signals of the app that were given to a message. */
  readonly signals: { readonly signal: AbortSignal; readonly receipt: Receipt }[];
  readonly report: Report;
  readonly trace: (text: string) => void;
  readonly checkpoints: { readonly store: unknown; readonly restore: () => void }[];
  /** Where the snapshot source stands, per channel. */
  readonly sources: Map<string, { readonly epoch: string; readonly seq: number; readonly tail: string }>;
  readonly send: (channel: string, options?: SendOptions & { readonly again?: boolean }) => void;
  readonly publish: (channel: string) => number;
  /** The producer the client used last on a channel. */
  readonly producerOf: (channel: string) => string | undefined;
  readonly watch: (channel: string, options?: Parameters<Tab["watch"]>[1], startsAt?: number) => Watched;
  /** A loop over `messages()` that holds a few and is slow at times. */
  readonly iterate: (channel: string) => Watched;
  readonly readBack: (
    channel: string,
    page: { readonly before?: number | undefined; readonly limit: number; readonly timeoutMs: number },
  ) => void;
  /** Calls of `history` that are not answered. */
  pendingPages: number;
  healing: boolean;
  connectWanted: boolean;
}

export const createSetting = (seed: number, report: Report, trace: (text: string) => void): Setting => {
  const dice = seededDice(`history ${seed}`);
  const plan = makePlan(dice.fork("plan"));
  const ledger = createLedger();
  const opinions = dice.fork("opinions");
  const sources: Setting["sources"] = new Map();
  let payloads = 0;
  let loops = 0;

  const refuses = (m: number): boolean => {
    const share = seededDice(`${seed} opinion ${m}`).roll();
    if (plan.has("disagree")) return opinions.chance(share < 0.2 ? 0.5 : 0.02);
    return plan.has("rejects") && share < 0.12;
  };

  const world: World = createWorld({
    seed,
    latencyMs: plan.latencyMs,
    jitterMs: plan.jitterMs,
    store: { window: plan.windowMessages },
    ...(plan.has("nodes") && { nodes: 2, fanOutLoss: 0.15 }),
    onWire: (socket, event, text) => trace(`    ${socket}${event === "sent" ? "↑" : "↓"} ${text}`),
    clock: { turn: () => new Promise((done) => setImmediate(done)) },
    server: {
      heartbeat: { intervalMs: 10_000, timeoutMs: 5_000 },
      limits: { windowMessages: plan.windowMessages, messagesPerSecond: plan.has("rate") ? 2 : 10_000 },
      onMessage: (message, context) => {
        if (plan.has("flaky") && !setting.healing && opinions.chance(0.1))
          throw new Error("the handler failed");
        if (refuses((message.payload as { m: number }).m)) context.reject("NO");
        return message.payload;
      },
      ...(plan.has("snapshots") && {
        snapshot: async (channel: string) => {
          const cursor = sources.get(channel) ?? {
            epoch: (await world.store.head(channel)).epoch,
            seq: 0,
            tail: "",
          };
          return { state: cursor, cursor };
        },
      }),
    },
  });
  const tab = world.openTab({
    outbox: {
      capacity: plan.capacity,
      overflow: plan.overflow,
      ...(plan.has("maxAge") && { maxAgeMs: 30_000 }),
    },
  });

  world.store.onCommit((events) => {
    for (const event of events) trace(`  commit ${event.channel}#${event.seq} ${event.d} ${event.tail}`);
    for (const m of ledger.commit(events)) report("I2", `m${m} was appended twice`);
  });
  tab.on("settled", ({ id, settlement }) => {
    trace(`  settled ${id.slice(0, 8)} ${JSON.stringify(settlement)}`);
  });
  tab.on("lost", (event) => trace(`  lost ${JSON.stringify(event)}`));
  tab.on("error", (event) => trace(`  error ${event.message}`));
  tab.on("transition", ({ from, to, event }) => trace(`  ${from.name} → ${to.name} (${event})`));

  const setting: Setting = {
    world,
    tab,
    plan,
    dice,
    ledger,
    report,
    trace,
    sources,
    watched: new Set(),
    signals: [],
    checkpoints: [],
    pendingPages: 0,
    healing: false,
    connectWanted: true,
    send: (channel, { again = false, ...options } = {}) => {
      const earlier = again
        ? ledger.sent.findLast((one) => one.channel === channel && one.id.startsWith("key"))
        : undefined;
      const m = earlier?.m ?? ++payloads;
      const receipt = tab.send(
        { m },
        { ...options, channel, ...(earlier && { idempotencyKey: earlier.id }) },
      );
      if (options.signal) setting.signals.push({ signal: options.signal, receipt });
      trace(`send m${m} on ${channel} as ${receipt.id.slice(0, 8)}`);
      const sent: Ledger["sent"][number] = { m, channel, id: receipt.id, receipt };
      ledger.sent.push(sent);
      void receipt.settled.then((settlement) => {
        trace(`  m${m} settled ${JSON.stringify(settlement)}`);
        checkSettlement(sent, settlement, ledger, report);
        sent.settlement = settlement;
        sent.settledAfterRollbacks = ledger.rollbacks();
      });
    },
    producerOf: (channel) =>
      world.sockets
        .flatMap((socket) => socket.frames())
        .flatMap((frame) =>
          frame.t === "resume" || frame.t === "claim" ? frame.producers : frame.t === "pub" ? [frame] : [],
        )
        .findLast(({ c }) => c === channel)?.p,
    publish: (channel) => {
      const m = ++payloads;
      trace(`publish m${m} on ${channel}`);
      world
        .server()
        .publish(channel, { m })
        .catch(() => undefined);
      return m;
    },
    watch: (channel, options = {}, startsAt) => {
      const seen: number[] = [];
      const check = checkDelivery(channel, startsAt, ledger, report);
      const watch = tab.watch(channel, {
        ...options,
        filter: (message: Message) => {
          trace(
            `  got ${channel}#${message.seq} ${JSON.stringify(message.data)}${message.replayed ? " replayed" : ""}`,
          );
          check.received(message);
          seen.push((message.data as { m: number }).m);
          return true;
        },
        onContinuity: (continuity) => {
          trace(`  continuity ${JSON.stringify(continuity)}`);
          check.told(continuity);
        },
      });
      const watched: Watched = { channel, check, watch, seen };
      setting.watched.add(watched);
      return watched;
    },
    iterate: (channel) => {
      const seen: number[] = [];
      const pace = dice.fork(`pace ${++loops}`);
      const check = checkDelivery(channel, undefined, ledger, report);
      const abort = new AbortController();
      const messages = tab.messages(channel, {
        capacity: pace.oneOf([1, 2, 3]),
        signal: abort.signal,
        onContinuity: (continuity) => {
          trace(`  loop continuity ${JSON.stringify(continuity)}`);
          check.told(continuity);
        },
      });
      void (async () => {
        for await (const message of messages) {
          trace(`  loop got ${channel}#${message.seq} ${JSON.stringify(message.data)}`);
          check.received(message);
          seen.push((message.data as { m: number }).m);
          const pauseMs = setting.healing ? 0 : pace.oneOf([0, 0, 0, 20, 1_000, 4_000]);
          if (pauseMs) await new Promise<void>((go) => void world.clock.after(pauseMs, go));
        }
      })();
      const watched: Watched = { channel, check, watch: { stop: () => abort.abort() }, seen };
      setting.watched.add(watched);
      return watched;
    },
    readBack: (channel, { before, limit, timeoutMs }) => {
      const asked = {
        channel,
        before,
        limit,
        rollbacks: ledger.rollbacks(),
        head: ledger.log(channel).at(-1)?.seq ?? 0,
      };
      trace(`read back ${JSON.stringify(asked)}`);
      setting.pendingPages++;
      tab
        .history(channel, { before, limit, timeoutMs })
        .then(
          (page) => {
            trace(`  page of ${channel} ${page.map(({ seq }) => seq).join()}`);
            checkPage(asked, page, ledger, plan.has("trim"), report);
          },
          ({ code }: { readonly code: string }) => {
            trace(`  no page of ${channel}: ${code}`);
            if (!["TIMEOUT", "DISCONNECTED", "DISPOSED"].includes(code)) report("I6", `history: ${code}`);
          },
        )
        .finally(() => setting.pendingPages--);
    },
  };
  return setting;
};
