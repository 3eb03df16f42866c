import type { FetchToken } from "../../src/client/options.ts";
import type { SeededDice } from "../../src/testing/seededDice.ts";
import type { Page } from "../../src/testing/page.ts";
import type { Tab, TabOptions } from "../../src/testing/tab.ts";
import { has } from "./plan.ts";
import type { Setting } from "./setting.ts";

/** What the app behind a page does: slow, and down at times, until everything heals. */
interface App {
  readonly setting: Setting;
  readonly subject: string;
  readonly dice: SeededDice;
  readonly tab: () => Tab;
  readonly page: () => Page;
}

/** What a page waits for comes to a frozen page when it thaws. */
const answer = async ({ setting, dice, page }: App, what: string): Promise<void> => {
  const { world, healing } = setting;
  const delayMs = healing ? 0 : dice.oneOf([0, 5, 200, 3_000]);
  await new Promise<void>((done) => world.clock.after(delayMs, () => page().clock.run(done)));
  if (!setting.healing && dice.chance(0.1)) throw new Error(`${what} is down`);
};

const tokens =
  (app: App): FetchToken =>
  async ({ refresh }) => {
    const { setting, subject, tab } = app;
    const { plan, world } = setting;
    if (!has(plan, "auth")) return { token: `${subject} Infinity` };
    await answer(app, "the login service");
    const now = world.clock.wallMs();
    const kept = setting.tokens.get(tab());
    const until = kept !== undefined && !refresh && kept > now ? kept : now + plan.tokenLifeMs;
    setting.tokens.set(tab(), until);
    return { token: `${subject} ${until}` };
  };

const places = ["ws://one.test/ws", "ws://two.test/ws"] as const;

const urlOf = (app: App): TabOptions => {
  const { plan } = app.setting;
  if (!has(plan, "urls")) return {};
  if (plan.urls === "list") return { url: places };
  const url = async (): Promise<string> => {
    await answer(app, "the directory");
    return app.dice.oneOf(places);
  };
  return { url, name: "sim" };
};

export const optionsOf = (app: App): TabOptions => {
  const { plan } = app.setting;
  return {
    ...urlOf(app),
    ...(plan.kind === "together" && {
      tabs: { election: plan.rung },
      identity: app.subject,
      durable: has(plan, "durable"),
      touch: has(plan, "touch"),
    }),
    ...((has(plan, "auth") || plan.subjects.length > 1) && { auth: tokens(app) }),
    ...(has(plan, "mounts") && { onUnmount: { lingerMs: app.dice.oneOf([0, 500, 5_000]) } }),
    ...(has(plan, "pause") && { pauseHiddenAfterMs: app.dice.oneOf([0, 1_000, 10_000]) }),
    ...(has(plan, "telemetry") && { telemetry: { onMeasure: () => undefined } }),
    outbox: {
      capacity: plan.capacity,
      overflow: plan.overflow,
      ...(has(plan, "maxAge") && { maxAgeMs: 30_000 }),
    },
  };
};
