import { setTimeout as sleep } from "node:timers/promises";
import type { Tab } from "../cdp/tab.ts";
import { answered, type Stage, transmitted, until } from "./createStage.ts";
import { judge, type Verdict } from "./judge.ts";
import { type Cause, causes as all, type Strike, strikes } from "./strikes.ts";
import { story } from "./story.ts";
import type { Takeover } from "./table.ts";

export interface CampaignOptions {
  readonly tabs: number;
  /** How often each cause strikes. */
  readonly rounds: number;
  /** Default: all. */
  readonly causes?: readonly Cause[];
  /** The tabs share one connection, so that the leader is who is struck; else it is their turn. */
  readonly shares: boolean;
  /** What takes with it what a tab had not sent: nobody else has it, not even a disk. */
  readonly deadly: readonly Cause[];
}

export interface Campaign {
  readonly takeovers: readonly Takeover[];
  readonly verdict: Verdict;
  readonly sent: number;
}

/** Per tab, unsettled when the leader is struck. */
const unsettled = 50;
/** Per living tab, sent while nobody leads. */
const meanwhile = 10;

export const runCampaign = async (
  stage: Stage,
  { tabs: count, rounds, shares, deadly, causes = all }: CampaignOptions,
): Promise<Campaign> => {
  const { server, records } = stage;
  const tabs = new Map<string, Tab>();
  const takeovers: Takeover[] = [];
  const mayDie = new Set<string>();
  const struckAt: {
    readonly kind: "struck";
    readonly tab: string;
    readonly cause: Cause;
    readonly at: number;
  }[] = [];
  let opened = 0;

  const verdict = (): Verdict => judge(records, server.records, mayDie);

  const open = async (): Promise<void> => {
    const name = `t${++opened}`;
    tabs.set(name, await stage.open(name));
    await until(`${name} is connected`, () => stage.last("state", name)?.name === "connected");
  };
  const leader = (): string | undefined =>
    [...tabs.keys()]
      .filter((name) => stage.last("role", name)?.role === "leader")
      .sort((a, b) => (stage.last("role", b)?.term ?? 0) - (stage.last("role", a)?.term ?? 0))[0];
  const send = (names: Iterable<string>, messages: number): Promise<unknown> =>
    Promise.all([...names].map(async (name) => tabs.get(name)?.evaluate(`tab.send(${messages})`)));

  /** What living boots sent and has no settlement yet. */
  const unsettledOf = (names: Iterable<string>): number => {
    const boots = new Set([...names].map((name) => stage.last("booted", name)?.boot));
    return records.reduce((sum, { kind, boot }) => {
      if (!boots.has(boot)) return sum;
      return sum + (kind === "sent" ? 1 : kind === "settled" ? -1 : 0);
    }, 0);
  };
  const settle = (names: Iterable<string>): Promise<void> =>
    until(`${[...names].join(", ")} have every settlement`, () => unsettledOf(names) === 0, 60_000);

  const takeOver = async (cause: Cause, boot: string | undefined, at: number): Promise<void> => {
    const elected = () =>
      records.find(
        (record) =>
          record.kind === "role" && record.role === "leader" && record.at > at && record.boot !== boot,
      );
    const accepted = () => server.records.find((record) => record.kind === "accepted" && record.at > at);
    await until(`somebody leads after ${cause}`, () => elected() && accepted() && true, 30_000);
    takeovers.push({
      cause,
      electedMs: (elected()?.at ?? NaN) - at,
      acceptedMs: (accepted()?.at ?? NaN) - at,
    });
  };

  const round = async (cause: Cause): Promise<void> => {
    const strike: Strike = strikes[cause];
    if (shares) await until("one leads", () => leader() !== undefined);
    const struck = (shares ? leader() : [...tabs.keys()][takeovers.length % tabs.size]) ?? "";
    const tab = tabs.get(struck);
    if (!tab) throw new Error("no tab to strike");
    server.gate.shut();
    await send(tabs.keys(), unsettled);
    // What was transmitted is stored, where a storage is.
    await Promise.all([...tabs.values()].map(transmitted));
    await sleep(Math.random() * 100);

    if (deadly.includes(cause))
      for (const record of records)
        if (record.kind === "sent" && record.tab === struck) mayDie.add(`${struck} ${record.n}`);
    const boot = stage.last("booted", struck)?.boot;
    const at = await strike.hit(tab, stage.address("", {}, "elsewhere.html"));
    struckAt.push({ kind: "struck", tab: struck, cause, at });
    const others = [...tabs.keys()].filter((name) => name !== struck);
    await send(others, meanwhile);
    if (shares) await takeOver(cause, boot, at);
    server.gate.open();
    await settle(others);
    if (strike.mend) await strike.mend(tab);
    else {
      tabs.delete(struck);
      await open();
    }
    await settle(tabs.keys());
    // What an earlier boot of it left goes before what it sends from here on.
    if (strike.mend && !deadly.includes(cause))
      await until(
        `${struck} left nothing`,
        () => !verdict().lost.some((run) => run.startsWith(`${struck} `)),
        60_000,
      );
    await Promise.all([...tabs.values()].map(answered));
  };

  for (let i = 0; i < count; i++) await open();
  try {
    for (let i = 0; i < rounds; i++) for (const cause of causes) await round(cause);
  } catch (error) {
    console.log(story(records, server.records, struckAt));
    throw error;
  }
  // What a closed tab left behind is adopted after 30 s.
  await until("everything is stored", () => verdict().lost.length === 0, 60_000).catch(() => undefined);
  return {
    takeovers,
    verdict: verdict(),
    sent: records.filter(({ kind }) => kind === "sent").length,
  };
};
