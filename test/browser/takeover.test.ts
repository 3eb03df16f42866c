import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createStage, type Stage, type StageOptions } from "./tabs/createStage.ts";
import { depth } from "./tabs/depth.ts";
import { flawless } from "./tabs/judge.ts";
import { type Campaign, type CampaignOptions, runCampaign } from "./tabs/runCampaign.ts";
import { takeoverTable } from "./tabs/table.ts";

let stage: Stage;
const on = (options: StageOptions): void => {
  beforeAll(async () => void (stage = await createStage(options)));
  afterAll(() => stage?.close());
};

const strike = async (
  name: string,
  options: Pick<CampaignOptions, "shares" | "deadly">,
): Promise<Campaign> => {
  const rounds = Number(process.env["TAB_ROUNDS"] ?? depth.rounds);
  const campaign = await runCampaign(stage, { ...options, tabs: 4, rounds });
  console.log(takeoverTable(`${name}: ${campaign.sent} messages`, campaign.takeovers));
  return campaign;
};

/** The outbox is in memory: what a tab had not sent goes with it, unless it could tell another tab. */
const deadly = ["crash"] as const;

for (const rung of depth.rungs)
  describe(`four tabs that share one connection, rung ${rung}`, () => {
    on({ page: { hears: ["up"], client: { tabs: { election: rung } } } });

    it("lose nothing, whatever becomes of the leader with 200 messages unsettled (fault 22, fault 24, fault 34, fault 38)", async () => {
      const { verdict } = await strike(`rung ${rung}`, { shares: true, deadly });
      expect(verdict).toEqual(flawless);
    }, 1_800_000);
  });

if (depth.beyond)
  describe("four tabs that share one connection, and a server that fences nothing", () => {
    on({ fence: false, page: { hears: ["up"] } });

    it("lose nothing and repeat nothing: safety does not rest on the fence", async () => {
      const { verdict } = await strike("without a fence", { shares: true, deadly });
      // A stopped leader and its successor were accepted at once: this is what was to be survived.
      expect(verdict.leadersAtOnce).not.toEqual([]);
      expect({ ...verdict, leadersAtOnce: [] }).toEqual(flawless);
    }, 1_800_000);
  });

if (depth.beyond)
  describe("four tabs, each with a connection of its own, rung solo", () => {
    on({ page: { hears: ["up"], client: { tabs: { election: "solo" } } } });

    it("lose nothing, whatever becomes of one of them", async () => {
      const { verdict } = await strike("rung solo", { shares: false, deadly: ["crash", "close", "reload"] });
      expect({ ...verdict, leadersAtOnce: [] }).toEqual(flawless);
    }, 1_800_000);
  });

if (depth.beyond)
  describe("four tabs that share one connection, their outboxes in IndexedDB", () => {
    on({ page: { hears: ["up"], storage: "indexedDB" } });

    it("lose nothing at all, whatever becomes of the leader (fault 23, fault 38)", async () => {
      const { verdict } = await strike("stored", { shares: true, deadly: [] });
      expect(verdict).toEqual(flawless);
    }, 1_800_000);
  });
