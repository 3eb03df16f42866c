import type { Meta } from "@storybook/react-vite";
import type { Message } from "resilient-socket/core";
import { expect } from "storybook/test";
import { connected } from "../stage/conditions.ts";
import type { Controls } from "../stage/controls.ts";
import { channel, lines } from "../stage/count.ts";
import type { Stage } from "../stage/createStage.ts";
import { scene, sceneMeta } from "../stage/scene.tsx";
import { Card } from "../ui/Card.tsx";
import { Figures } from "../ui/Figures.tsx";

const meta: Meta<Controls> = { title: "Concepts/Resume", ...sceneMeta };
export default meta;

const shown = 40;

/** The channel's log as the server has it, and what of it the page has heard. */
function Log({
  seqs,
  heard,
}: {
  readonly seqs: readonly number[];
  readonly heard: ReadonlyMap<number, Message>;
}) {
  const late = seqs.filter((seq) => heard.get(seq)?.replayed).length;
  return (
    <ol
      className="log"
      aria-label={`${seqs.length} events in the log, ${heard.size} heard, ${late} of them replayed`}
    >
      {seqs.slice(-shown).map((seq) => {
        const message = heard.get(seq);
        return (
          <li key={seq} data-heard={message ? (message.replayed ? "replayed" : "live") : "no"}>
            {seq}
          </li>
        );
      })}
    </ol>
  );
}

const cast = (stage: Stage) => {
  const tab = stage.openTab();
  const heard = tab.watch(channel);
  const seqs: number[] = [];
  stage.world.store.onCommit((events) => seqs.push(...events.map(({ seq }) => seq)));
  const say = async (count: number): Promise<void> => {
    for (const line of lines(count, seqs.length + 1)) await stage.world.server().publish(channel, line);
  };
  return { tab, heard, seqs, say };
};

export const ExactlyTheGap = scene({
  says:
    "Above, the log of a channel: filled is heard live, hollow is not heard, ringed is heard after the break. Pull the plug, let others talk, " +
    "plug it in: exactly the gap is filled, in order, before anything new.",
  cast,
  view: ({ tab, heard, seqs, say, stage: { world } }) => {
    const last = heard.continuity.at(-1);
    return (
      <Card
        client={tab}
        actions={
          <>
            <button onClick={() => void say(5)}>Others say five things</button>
            <button
              onClick={() => {
                world.network.refuse(true);
                world.network.cut();
              }}
            >
              Pull the plug
            </button>
            <button onClick={() => world.network.refuse(false)}>Plug it in</button>
          </>
        }
      >
        <Log seqs={[...seqs]} heard={new Map(heard.messages.map((message) => [message.seq!, message]))} />
        <Figures
          of={{
            "in the log": seqs.length,
            heard: heard.messages.length,
            "last continuity": last
              ? `${last.result}${last.replayed ? ` ${last.replayed}` : ""}`
              : "none yet",
          }}
        />
      </Card>
    );
  },
  play: async ({ tab, heard, seqs, say, stage, canvas, step }) => {
    await stage.until(connected(tab));
    await step("live", async () => {
      await say(10);
      await stage.advance(500);
    });
    await step("away", async () => {
      stage.world.network.refuse(true);
      stage.world.network.cut();
      await say(15);
      await stage.advance(20_000);
      await expect(heard.messages).toHaveLength(10);
    });
    await step("back", async () => {
      stage.world.network.refuse(false);
      await stage.until(connected(tab));
      await say(5);
      await stage.advance(1_000);
    });
    await expect(heard.messages.map(({ seq }) => seq)).toEqual(seqs);
    await expect(heard.continuity.at(-1)).toMatchObject({ result: "replayed", replayed: 15, missed: 0 });
    await canvas.findByRole("list", { name: "30 events in the log, 30 heard, 15 of them replayed" });
  },
});
