import { createWorld, type World } from "../../src/testing/createWorld.ts";
import { seededDice, type SeededDice } from "../../src/testing/seededDice.ts";
import type { Tab } from "../../src/testing/tab.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { replyTo, type Report } from "./observer.ts";
import { createParty, type Party } from "./party.ts";
import { makePlan, type Plan } from "./plan.ts";

/** One world under test with everything that watches it. */
export interface Setting {
  readonly world: World;
  readonly parties: readonly Party[];
  readonly plan: Plan;
  readonly dice: SeededDice;
  /** What the apps of both sides decide by. */
  readonly opinions: SeededDice;
  readonly ledger: Ledger;
  readonly report: Report;
  readonly trace: (text: string) => void;
  readonly checkpoints: { readonly store: unknown; readonly restore: () => void }[];
  /** Where the snapshot source stands, per channel. */
  readonly sources: Map<string, { readonly epoch: string; readonly seq: number; readonly tail: string }>;
  /** When the token of a tab ends, Unix ms. */
  readonly tokens: Map<Tab, number>;
  /** Volatile payloads. */
  readonly whispers: Set<number>;
  readonly nextPayload: () => number;
  /** `shown`: to everybody. */
  readonly publish: (channel: string, shown?: boolean) => number;
  /** Whether this producer is the one some client used last on the channel. */
  readonly isCurrent: (channel: string, p: string) => boolean;
  /** Whether the server's filter hides the payload from the subject. */
  readonly hides: (m: number, subject: string) => boolean;
  healing: boolean;
}

export const createSetting = (seed: number, report: Report, trace: (text: string) => void): Setting => {
  const dice = seededDice(`history ${seed}`);
  const plan = makePlan(dice.fork("plan"));
  const ledger = createLedger();
  const opinions = dice.fork("opinions");
  const sources: Setting["sources"] = new Map();
  const shownToAll = new Set<number>();
  let payloads = 0;

  const refuses = (m: number): boolean => {
    const share = seededDice(`${seed} opinion ${m}`).roll();
    if (plan.has("disagree")) return opinions.chance(share < 0.2 ? 0.5 : 0.02);
    return plan.has("rejects") && share < 0.12;
  };
  const hides: Setting["hides"] = (m, subject) =>
    plan.has("filter") && !shownToAll.has(m) && seededDice(`${seed} ${subject} hides ${m}`).chance(0.3);

  const world: World = createWorld({
    seed,
    latencyMs: plan.latencyMs,
    jitterMs: plan.jitterMs,
    store: {
      window: plan.windowMessages,
      ...(plan.has("retention") && { retention: { maxBytes: 120 } }),
    },
    ...(plan.has("nodes") && { nodes: 2, fanOutLoss: 0.15 }),
    onWire: (socket, event, text) => trace(`    ${socket}${event === "sent" ? "↑" : "↓"} ${text}`),
    clock: { turn: () => new Promise((done) => setImmediate(done)) },
    server: {
      heartbeat: { intervalMs: 10_000, timeoutMs: 5_000 },
      limits: {
        windowMessages: plan.windowMessages,
        messagesPerSecond: plan.has("rate") ? 2 : 10_000,
        ...(plan.has("smallGaps") && { maxGap: 3, concurrentSnapshots: 1 }),
      },
      authenticate: (token) => {
        if (plan.has("auth") && !setting.healing && opinions.chance(0.05))
          throw new Error("nobody can tell who this is");
        const [subject = plan.subjects[0]!, until = "Infinity"] = token?.split(" ") ?? [];
        return { subject, expiresAt: until === "Infinity" ? null : Number(until) };
      },
      onMessage: (message, context) => {
        if (plan.has("flaky") && !setting.healing && opinions.chance(0.1))
          throw new Error("the handler failed");
        if (refuses((message.payload as { m: number }).m)) context.reject("NO");
        const reply = replyTo((message.payload as { m: number }).m);
        if (reply) context.reply(reply);
        return message.payload;
      },
      ...(plan.has("filter") && {
        filter: ({ subject, event }) => !hides((event.payload as { m: number }).m, subject),
      }),
      ...(plan.has("snapshots") && {
        snapshot: async (channel: string) => {
          const slowMs = setting.healing ? 0 : opinions.oneOf([0, 0, 30, 700]);
          if (slowMs) await new Promise<void>((done) => world.clock.after(slowMs, done));
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

  world.store.onCommit((events) => {
    for (const event of events) trace(`  commit ${event.channel}#${event.seq} ${event.d} ${event.tail}`);
    for (const m of ledger.commit(events)) report("I2", `m${m} was appended twice`);
    for (const { d } of events)
      if (setting.whispers.has((JSON.parse(d) as { m: number }).m))
        report("I2", `${d} is volatile and in a log`);
  });

  const setting: Setting = {
    world,
    parties: [],
    plan,
    dice,
    opinions,
    ledger,
    report,
    trace,
    sources,
    tokens: new Map(),
    whispers: new Set(),
    checkpoints: [],
    healing: false,
    hides,
    nextPayload: () => ++payloads,
    isCurrent: (channel, p) => setting.parties.some(({ producerOf }) => producerOf(channel) === p),
    publish: (channel, shown = false) => {
      const m = ++payloads;
      if (shown) shownToAll.add(m);
      trace(`publish m${m} on ${channel}`);
      world
        .server()
        .publish(channel, { m })
        .catch(() => undefined);
      return m;
    },
  };
  const parties = Array.from({ length: plan.tabs }, (_, i) =>
    createParty(setting, plan.subjects[i % plan.subjects.length]!, `party ${i}`),
  );
  return Object.assign(setting, { parties });
};
