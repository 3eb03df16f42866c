import type { Message } from "../../src/client/message.ts";
import type { SubscribeOptions } from "../../src/client/ResilientClient.ts";
import type { SeededDice } from "../../src/testing/seededDice.ts";
import type { Boot } from "../../src/testing/boot.ts";
import type { Tab } from "../../src/testing/tab.ts";
import type { Sent } from "./ledger.ts";
import { checkDelivery, checkPage, type DeliveryCheck } from "./observer.ts";
import { has } from "./plan.ts";
import type { Setting, Trace } from "./setting.ts";

/** One consumer of a channel and what it may be given next. */
export interface Watched {
  readonly channel: string;
  readonly check: DeliveryCheck;
  /** Payload numbers in order. */
  readonly seen: readonly number[];
  readonly stop: () => void;
}

export interface Readers {
  readonly watched: Set<Watched>;
  readonly watch: (channel: string, options?: SubscribeOptions, startsAt?: number) => void;
  /** As `watch`, by `messages()`; holds a few, takes one after the other, with pauses. */
  readonly iterate: (channel: string) => void;
  readonly readBack: (
    channel: string,
    page: { readonly before?: number | undefined; readonly limit: number; readonly timeoutMs: number },
  ) => void;
}

export interface ReadersOptions {
  readonly setting: Setting;
  readonly boot: Boot;
  readonly tab: () => Tab;
  readonly subject: string;
  readonly dice: SeededDice;
  readonly trace: Trace;
  /** Until it is answered. */
  readonly asked: (name: string, answer: Promise<unknown>) => void;
}

export const createReaders = ({
  setting,
  boot,
  tab,
  subject,
  dice,
  trace,
  asked,
}: ReadersOptions): Readers => {
  const { world, plan, ledger, report } = setting;
  const hides = (m: number): boolean => setting.hides(m, subject);
  const watched = new Set<Watched>();
  const bornAtMs = world.clock.nowMs();
  /** Of this page, or taken over from one of this tab, or of the tab it is a copy of, that slept meanwhile. */
  const isOwn = ({ by, family, slept, isAwake }: Sent): boolean => {
    if (by === boot.id) return true;
    // Two pages that ask for a lease within 50 ms draw lots: a copy made in this moment may win, and with it all that this page sends.
    const beganAtMs = ledger.sent.find((one) => one.by === by)?.atMs ?? 0;
    const isTwin = ["lease", "storage"].includes(plan.rung) && Math.abs(bornAtMs - beganAtMs) < 50;
    return family === setting.familyOf(tab()) && (slept || !isAwake() || isTwin);
  };
  /** Of the app, which runs when its page does. */
  const pause = (ms: number): Promise<void> =>
    new Promise((done) => world.clock.after(ms, () => boot.page.clock.run(done)));

  const observe = (channel: string, startsAt?: number) => {
    const seen: number[] = [];
    const check = checkDelivery({ channel, startsAt, ledger, report, hides });
    const whispers = new Set<number>();
    const whispered = (m: number): void => {
      if (!setting.whispers.has(m)) report("I2", `${channel}: m${m} came without a place and was none`);
      if (whispers.has(m)) report("I2", `${channel}: m${m} is volatile and came twice to ${boot.id}`);
      whispers.add(m);
    };
    return {
      seen,
      check,
      received: (message: Message): void => {
        const { m } = message.data as { m: number };
        trace?.(`  got ${channel}#${message.seq} m${m}${message.replayed ? " replayed" : ""}`);
        // A leader hands a volatile message to the other tabs itself: they are of the same user.
        const isFromHere = setting.whispers.get(m) === subject && plan.kind === "together";
        if (hides(m) && !isFromHere)
          report("I7", `${channel}: m${m} is hidden from ${subject} and came to ${boot.id}`);
        if (message.seq === undefined) return whispered(m);
        check.received(message);
        if (message.own && !ledger.sendsOf(m).some(isOwn))
          report("I7", `${channel}: m${m} came to ${boot.id} as its own`);
        seen.push(m);
      },
      onContinuity: (continuity: Parameters<DeliveryCheck["told"]>[0]): void => {
        trace?.(`  continuity ${JSON.stringify(continuity)}`);
        check.told(continuity);
      },
    };
  };

  return {
    watched,
    watch: (channel, options = {}, startsAt) => {
      const { seen, check, received, onContinuity } = observe(channel, startsAt);
      const stop = boot.subscribe(channel, received, { ...options, onContinuity });
      watched.add({ channel, check, seen, stop });
    },
    iterate: (channel) => {
      const { seen, check, received, onContinuity } = observe(channel);
      const ended = new AbortController();
      const capacity = dice.oneOf([1, 2, 3]);
      watched.add({ channel, check, seen, stop: () => ended.abort() });
      const run = async (): Promise<void> => {
        for await (const message of boot.messages(channel, {
          capacity,
          signal: ended.signal,
          onContinuity,
        })) {
          received(message);
          const pauseMs = setting.healing ? 0 : dice.oneOf([0, 0, 0, 20, 1_000, 4_000]);
          if (pauseMs) await pause(pauseMs);
        }
      };
      run().catch((error: unknown) => report("I6", `messages() threw ${String(error)}`));
    },
    readBack: (channel, { before, limit, timeoutMs }) => {
      const rollbacks = ledger.rollbacks();
      const head = ledger.log(channel).at(-1)?.seq ?? 0;
      const page = { channel, before, limit, rollbacks, head };
      const mayBeShort = has(plan, "trim") || has(plan, "retention") || has(plan, "filter");
      asked(
        `read back ${JSON.stringify(page)}`,
        boot.history(channel, { before, limit, timeoutMs }).then((events) => {
          trace?.(`  page of ${channel} ${events.map(({ seq }) => seq).join()}`);
          checkPage(page, events, { ledger, report, hides, mayBeShort });
        }),
      );
    },
  };
};
