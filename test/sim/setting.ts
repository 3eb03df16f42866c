import { createWorld, type World } from "../../src/testing/createWorld.ts";
import { seededDice, type SeededDice } from "../../src/testing/seededDice.ts";
import type { OriginLacks } from "../../src/testing/origin.ts";
import type { Browser } from "../../src/testing/browser.ts";
import type { Tab, TabOptions } from "../../src/testing/tab.ts";
import { optionsOf } from "./apps.ts";
import { watchFence } from "./fenceWatch.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { replyTo, type Report } from "./observer.ts";
import { createParty, type Party } from "./party.ts";
import type { Script } from "./moves.ts";
import { has, type Plan } from "./plan.ts";
import { type StoredWatch, watchStored } from "./storedWatch.ts";
import { type Producers, watchProducers } from "./producers.ts";

/** Hears what happens, step by step. Undefined: nobody listens, and no line is made (a fifth of the time, else). */
export type Trace = ((text: string) => void) | undefined;

/** One tab and its user. */
export interface Seat {
  readonly tab: Tab;
  readonly subject: string;
  /** The page it shows, or showed last. */
  readonly party: () => Party;
  readonly asks: { readonly token: boolean; readonly url: boolean };
}

/** One world under test with everything that watches it. */
export interface Setting {
  readonly world: World;
  /** Every tab so far. */
  readonly seats: readonly Seat[];
  /** Every page so far. */
  readonly parties: readonly Party[];
  /** Where the tabs are together. */
  readonly browser: Browser | undefined;
  /** What the profile of the browser holds. */
  readonly stored: StoredWatch | undefined;
  /** Opens a tab, or duplicates one. */
  readonly sit: (subject: string, like?: Tab) => void;
  /** The tab, or the one it is a copy of in the end. */
  readonly familyOf: (tab: Tab) => string;
  readonly plan: Plan;
  readonly movesDice: SeededDice;
  /** Of the move that is made now. */
  dice: SeededDice;
  /** What the apps of both sides decide by. */
  readonly opinions: SeededDice;
  readonly ledger: Ledger;
  readonly report: Report;
  readonly trace: Trace;
  readonly checkpoints: { readonly store: unknown; readonly restore: () => void }[];
  /** Where the snapshot source stands, per channel. */
  readonly sources: Map<string, { readonly epoch: string; readonly seq: number; readonly tail: string }>;
  /** When the token of a tab ends, Unix ms. */
  readonly tokens: Map<Tab, number>;
  /** Volatile payloads, and whose they are. */
  readonly whispers: Map<number, string>;
  readonly nextPayload: () => number;
  /** `shown`: to everybody. */
  readonly publish: (channel: string, shown?: boolean) => number;
  readonly producers: Producers;
  /** Whether the server's filter hides the payload from the subject. */
  readonly hides: (m: number, subject: string) => boolean;
  healing: boolean;
  /** From now on a page that boots begins at once. */
  begun: boolean;
}

/** So that what is stored is locked as the tabs elect. */
const lacks: Partial<Record<Plan["rung"], OriginLacks>> = {
  lease: { locks: "absent" },
  storage: { locks: "absent", bus: "absent" },
};

/** What a page does first. */
export const begin = ({ boot, watch, iterate }: Party, { plan }: Setting): void => {
  plan.channels.forEach((channel) => watch(channel));
  if (has(plan, "resubscribe")) plan.channels.forEach(iterate);
  boot.connect();
};

export const createSetting = ({ seed, plan }: Script, report: Report, trace: Trace): Setting => {
  const dice = seededDice(`history ${seed}`);
  const ledger = createLedger();
  const opinions = dice.fork("opinions");
  const sources: Setting["sources"] = new Map();
  const shownToAll = new Set<number>();
  let payloads = 0;

  const refuses = (m: number): boolean => {
    const share = seededDice(`${seed} opinion ${m}`).roll();
    if (has(plan, "disagree")) return opinions.chance(share < 0.2 ? 0.5 : 0.02);
    return has(plan, "rejects") && share < 0.12;
  };
  const hides: Setting["hides"] = (m, subject) =>
    has(plan, "filter") && !shownToAll.has(m) && seededDice(`${seed} ${subject} hides ${m}`).chance(0.3);

  const world: World = createWorld({
    seed,
    latencyMs: plan.latencyMs,
    jitterMs: plan.jitterMs,
    store: {
      window: plan.windowMessages,
      ...(has(plan, "retention") && { retention: { maxBytes: 120 } }),
    },
    ...(has(plan, "nodes") && { nodes: 2, fanOutLoss: 0.15 }),
    ...(!has(plan, "nodes") && {
      onServer: watchFence(() => (world.isUp() ? world.server() : undefined), report),
    }),
    onWire: trace && ((socket, event, text) => trace(`    ${socket}${event === "sent" ? "↑" : "↓"} ${text}`)),
    // Behind all promises, and not a round of the event loop: that alone would be a tenth of the time.
    clock: { turn: () => new Promise((done) => process.nextTick(done)) },
    server: {
      heartbeat: { intervalMs: 10_000, timeoutMs: 5_000 },
      limits: {
        windowMessages: plan.windowMessages,
        messagesPerSecond: has(plan, "rate") ? 2 : 10_000,
        ...(has(plan, "smallGaps") && { maxGap: 3, concurrentSnapshots: 1 }),
      },
      authenticate: (token) => {
        if (has(plan, "auth") && !setting.healing && opinions.chance(0.05))
          throw new Error("nobody can tell who this is");
        const [subject = plan.subjects[0]!, until = "Infinity"] = token?.split(" ") ?? [];
        return { subject, expiresAt: until === "Infinity" ? null : Number(until) };
      },
      onMessage: (message, context) => {
        if (has(plan, "flaky") && !setting.healing && opinions.chance(0.1))
          throw new Error("the handler failed");
        if (refuses((message.payload as { m: number }).m)) context.reject("NO");
        const reply = replyTo((message.payload as { m: number }).m);
        if (reply) context.reply(reply);
        return message.payload;
      },
      ...(has(plan, "filter") && {
        filter: ({ subject, event }) => !hides((event.payload as { m: number }).m, subject),
      }),
      ...(has(plan, "snapshots") && {
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
    for (const event of events) trace?.(`  commit ${event.channel}#${event.seq} ${event.d} ${event.tail}`);
    for (const m of ledger.commit(events)) report("I2", `m${m} was appended twice`);
    for (const { d } of events)
      if (setting.whispers.has((JSON.parse(d) as { m: number }).m))
        report("I2", `${d} is volatile and in a log`);
  });

  const parties: Party[] = [];
  const seats: Seat[] = [];
  const browser = plan.kind === "together" ? world.openBrowser(lacks[plan.rung]) : undefined;

  const origins = new Map<string, string>();
  const familyOf = ({ id }: Tab): string => origins.get(id) ?? id;

  const sit = (subject: string, like?: Tab): void => {
    const appDice = opinions.fork(`party ${seats.length}`);
    const mine: Party[] = [];
    let asks = { token: false, url: false };
    const options = (number: number): TabOptions => {
      const bootDice = number === 1 ? appDice : appDice.fork(`boot ${number}`);
      let party: Party | undefined;
      const app = { setting, subject, dice: bootDice, tab: () => seat.tab, page: () => party!.boot.page };
      const chosen = optionsOf(app);
      asks = { token: chosen.auth !== undefined, url: typeof chosen.url === "function" };
      return {
        ...chosen,
        app: (boot) => {
          party = createParty({ setting, boot, subject, tab: app.tab, dice: bootDice });
          mine.push(party);
          parties.push(party);
          if (setting.begun) begin(party, setting);
        },
      };
    };
    const seat: Seat = {
      subject,
      tab: like && browser ? browser.duplicate(like, options) : (browser ?? world).openTab(options),
      party: () => mine.find(({ boot }) => boot === seat.tab.boot)!,
      asks,
    };
    if (like) origins.set(seat.tab.id, familyOf(like));
    seats.push(seat);
  };

  const setting: Setting = {
    world,
    seats,
    parties,
    browser,
    stored: browser && watchStored(browser.profile, ledger, world.clock.wallMs),
    sit,
    familyOf,
    begun: false,
    producers: watchProducers({
      sockets: () => world.sockets,
      ledger,
      isGone: (boot) => parties.some(({ boot: { id }, isGone }) => id === boot && isGone()),
    }),
    plan,
    dice,
    movesDice: dice.fork("moves"),
    opinions,
    ledger,
    report,
    trace,
    sources,
    tokens: new Map(),
    whispers: new Map(),
    checkpoints: [],
    healing: false,
    hides,
    nextPayload: () => ++payloads,
    publish: (channel, shown = false) => {
      const m = ++payloads;
      if (shown) shownToAll.add(m);
      trace?.(`publish m${m} on ${channel}`);
      world
        .server()
        .publish(channel, { m })
        .catch(() => undefined);
      return m;
    },
  };
  for (let i = 0; i < plan.tabs; i++) sit(plan.subjects[i % plan.subjects.length]!);
  return setting;
};
