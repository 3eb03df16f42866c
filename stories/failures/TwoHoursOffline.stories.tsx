import type { Meta } from "@storybook/react-vite";
import { expect } from "storybook/test";
import { connected, settled } from "../stage/conditions.ts";
import type { Controls } from "../stage/controls.ts";
import { channel, heardTwice, lines } from "../stage/count.ts";
import type { Stage } from "../stage/createStage.ts";
import { scene, sceneMeta } from "../stage/scene.tsx";
import { Figures } from "../ui/Figures.tsx";
import { Lines } from "../ui/Lines.tsx";
import { TabCard } from "../ui/TabCard.tsx";

const meta: Meta<Controls> = { title: "Failures/Two hours offline", ...sceneMeta };
export default meta;

const hours = 3_600_000;

const cast = (stage: Stage) => {
  const tab = stage.openTab();
  return { tab, heard: tab.watch(channel) };
};
type Cast = ReturnType<typeof cast> & { readonly stage: Stage };

/** The network of the one page goes; the world goes on. */
const unplug = ({ tab, stage }: Cast, out: boolean): void => {
  stage.world.network.refuse(out);
  if (out) stage.world.network.cut();
  tab.page.hint(out ? "offline" : "online");
};

const publish = async ({ stage }: Cast, count: number): Promise<void> => {
  for (const line of lines(count)) await stage.world.server().publish(channel, line);
};

const view = (all: Cast) => {
  const { tab, heard } = all;
  const last = heard.continuity.at(-1);
  return (
    <TabCard
      client={tab}
      actions={
        <>
          <button onClick={() => unplug(all, true)}>Pull the plug</button>
          <button onClick={() => unplug(all, false)}>Plug it in</button>
          <button onClick={() => tab.send("mine", { channel })}>Send</button>
          <button onClick={() => void publish(all, 10)}>Others say ten lines</button>
        </>
      }
    >
      <Figures
        of={{
          "last continuity": last?.result ?? "none yet",
          replayed: last?.replayed ?? 0,
          missed: last?.missed ?? 0,
          "heard twice": heardTwice(heard),
        }}
      />
      <Lines messages={heard.messages.slice(-5)} />
    </TabCard>
  );
};

export const Resumed = scene({
  says:
    "The plug is out for two hours. Others say three hundred lines, the page writes three. When it comes back it hears exactly what it " +
    "missed, marked as replayed, and its own messages go out.",
  speed: 60,
  cast,
  view,
  play: async ({ tab, heard, stage, step }) => {
    const all = { tab, heard, stage };
    await stage.until(connected(tab));
    await step("two hours without a network", async () => {
      unplug(all, true);
      await stage.advance(hours);
      await publish(all, 300);
      for (const line of lines(3, 901)) tab.send(line, { channel });
      await stage.advance(hours);
      await expect(tab.state.get().name).toBe("reconnecting");
      await expect(tab.outbox.state.get()).toMatchObject({ depth: 3, inFlight: 0 });
      await expect(tab.outbox.state.get().oldestAt).toBeLessThanOrEqual(stage.world.clock.wallMs() - hours);
    });
    await step("back within seconds, with all of it", async () => {
      unplug(all, false);
      await stage.until(connected(tab), 10_000);
      await stage.until(settled(tab));
      await stage.advance(1_000);
      await expect(heard.continuity.at(-1)).toMatchObject({ result: "replayed", replayed: 300, missed: 0 });
      await expect(heard.data()).toEqual([...lines(300), ...lines(3, 901)]);
      await expect(heard.messages.filter(({ replayed }) => replayed)).toHaveLength(300);
    });
  },
});

export const GapTooLarge = scene({
  says:
    "This server hands out at most a hundred missed events and has no snapshot. Three hundred were missed: the page is told so before it " +
    "hears anything newer, and can load its state anew.",
  world: { server: { limits: { maxGap: 100 } } },
  speed: 60,
  cast,
  view,
  play: async ({ tab, heard, stage }) => {
    const all = { tab, heard, stage };
    await stage.until(connected(tab));
    await publish(all, 1);
    await stage.advance(1_000);
    unplug(all, true);
    await publish(all, 300);
    await stage.advance(2 * hours);
    unplug(all, false);
    await stage.until(connected(tab), 10_000);
    await expect(heard.continuity.at(-1)).toMatchObject({
      result: "lost",
      missed: 300,
      reason: "gap_too_large",
    });
    await publish(all, 1);
    await stage.advance(1_000);
    await expect(heard.data()).toEqual(["line 1", "line 1"]);
  },
});

export const Snapshot = scene({
  says:
    "The same, with a server that has a snapshot: instead of three hundred events the page gets the state they led to, and goes on from " +
    "there.",
  world: {
    server: { limits: { maxGap: 100 } },
  },
  speed: 60,
  cast: (stage) => {
    const { world } = stage;
    // A snapshot needs the store, which the world has: the server starts anew with it.
    world.crashServer();
    world.startServer({
      snapshot: async (name) => {
        const { epoch, seq, tail } = await world.store.head(name);
        return { state: { lines: seq }, cursor: { epoch, seq, tail } };
      },
    });
    return cast(stage);
  },
  view,
  play: async ({ tab, heard, stage }) => {
    const all = { tab, heard, stage };
    await stage.until(connected(tab));
    unplug(all, true);
    await publish(all, 300);
    await stage.advance(2 * hours);
    unplug(all, false);
    await stage.until(connected(tab), 10_000);
    await expect(heard.continuity.at(-1)).toMatchObject({ result: "snapshot", state: { lines: 300 } });
  },
});
