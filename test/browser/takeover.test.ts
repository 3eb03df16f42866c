import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createStage, type Stage } from "./tabs/createStage.ts";
import { flawless } from "./tabs/judge.ts";
import { runCampaign } from "./tabs/runCampaign.ts";
import { takeoverTable } from "./tabs/table.ts";

/** How often each strike falls; `npm run test:browser` asks for more. */
const rounds = Number(process.env["TAB_ROUNDS"] ?? 1);

describe("four tabs, each with a connection of its own (rung solo)", () => {
  let stage: Stage;
  beforeAll(async () => void (stage = await createStage()));
  afterAll(() => stage?.close());

  it("lose nothing when one is closed, crashes, is left, reloaded, frozen or stopped", async () => {
    const { takeovers, verdict, sent } = await runCampaign(stage, {
      tabs: 4,
      rounds,
      shares: false,
      deadly: ["close", "crash", "reload"],
    });
    console.log(takeoverTable(`solo: ${sent} messages`, takeovers));
    expect({ ...verdict, leadersAtOnce: [] }).toEqual(flawless);
  }, 600_000);
});
