import type { Action } from "./actions.ts";
import { has } from "./plan.ts";
import type { Setting } from "./setting.ts";

/** A browser with everything in it would hold the history up. */
const maxTabs = 5;

const isOpen = ({ seats }: Setting): boolean => seats.some(({ tab }) => tab.page.life() !== "gone");

/** What a browser and its user do to the tabs of one origin. */
export const tabActions: readonly Action[] = [
  { name: "close", weight: 0.7, fault: "closes", run: (_, { tab }) => tab.close() },
  { name: "crash the tab", weight: 0.7, fault: "crashes", run: (_, { tab }) => tab.crash() },
  { name: "reload", weight: 1, fault: "reloads", run: (_, { tab }) => void tab.reload() },
  {
    name: "open what is gone",
    weight: 1.5,
    run: (_, { tab }) => void (tab.page.life() === "gone" && tab.reload()),
  },
  { name: "leave", weight: 0.7, fault: "leaves", run: (_, { tab }) => tab.navigate() },
  { name: "go on within the app", weight: 0.4, fault: "leaves", run: (_, { tab }) => tab.navigate("within") },
  { name: "go back", weight: 1.5, fault: "leaves", run: (_, { tab }) => tab.back() },
  { name: "evict", weight: 0.4, fault: "evictions", run: (_, { tab }) => tab.evict() },
  { name: "hang", weight: 0.6, fault: "hangs", run: (_, { tab }) => tab.hang() },
  { name: "unhang", weight: 1.5, fault: "hangs", run: (_, { tab }) => tab.unhang() },
  {
    name: "kill the browser",
    weight: 0.2,
    fault: "kills",
    run: ({ browser, seats }) => {
      browser?.kill();
      seats[0]?.tab.reload();
    },
  },
  {
    name: "open a tab",
    weight: 0.4,
    fault: "opens",
    run: ({ seats, sit, plan, dice }) => void (seats.length < maxTabs && sit(dice.oneOf(plan.subjects))),
  },
  {
    name: "storage slow",
    weight: 0.5,
    fault: "durable",
    run: ({ browser, dice }) => browser?.profile.pace({ commitMs: dice.oneOf([0.9, 0.9, 20, 400]) }),
  },
  {
    name: "storage fails",
    weight: 0.4,
    fault: "storageFaults",
    run: ({ browser, dice }) =>
      browser?.profile.fail(dice.oneOf(["quota", "hang", "denied", "broken"] as const)),
  },
  {
    name: "storage works",
    weight: 1,
    fault: "storageFaults",
    run: ({ browser }) => browser?.profile.fail(null),
  },
  {
    name: "storage taken away",
    weight: 0.2,
    fault: "storageFaults",
    run: ({ browser }) => browser?.profile.takeAway(),
  },
  {
    name: "duplicate",
    weight: 0.4,
    fault: "duplicates",
    run: ({ seats, sit }, { tab, subject }) => void (seats.length < maxTabs && sit(subject, tab)),
  },
];

/** Healing also opens tabs again, though not all. */
export const healTabs = (setting: Setting): void => {
  const { seats, plan, opinions, browser } = setting;
  browser?.profile.fail(null);
  browser?.profile.pace({ commitMs: 0.9 });
  for (const { tab } of seats) {
    if (has(plan, "leaves")) while (tab.page.life() === "cached") tab.back();
    if (tab.page.life() === "gone" && opinions.chance(0.5)) tab.reload();
    tab.unhang();
    tab.page.thaw();
    tab.page.restore();
    tab.show();
  }
  if (!isOpen(setting)) seats[0]?.tab.reload();
};
