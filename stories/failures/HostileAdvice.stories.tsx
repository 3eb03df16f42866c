import type { Meta } from "@storybook/react-vite";
import type { Tab, WorldSocket } from "resilient-socket/testing";
import { expect } from "storybook/test";
import { connected } from "../stage/conditions.ts";
import type { Controls } from "../stage/controls.ts";
import type { Stage } from "../stage/createStage.ts";
import { goaway, greet, hello } from "../stage/frames.ts";
import { scene, sceneMeta, sees } from "../stage/scene.tsx";
import { Figures } from "../ui/Figures.tsx";
import { TabCard } from "../ui/TabCard.tsx";

const meta: Meta<Controls> = { title: "Failures/Hostile advice", ...sceneMeta };
export default meta;

const day = 86_400_000;

const cast = (stage: Stage) => {
  const tab = stage.openTab({ url: "wss://app.example.com/ws" });
  const anomalies: string[] = [];
  tab.on("anomaly", ({ kind }) => anomalies.push(kind));
  return { tab, anomalies };
};
type Cast = ReturnType<typeof cast> & { readonly stage: Stage };

const socketOf = (tab: Tab): WorldSocket => tab.sockets().at(-1)!;

/** Plays a server that takes everybody in and advises what it likes. */
const accept = async ({ tab, stage }: Cast, spreadMs = 0): Promise<void> => {
  await stage.until(() => tab.state.get().name === "connecting", 180_000);
  socketOf(tab).open();
  await stage.advance(200);
  socketOf(tab).receive(hello);
  await stage.advance(200);
  socketOf(tab).receive(greet(spreadMs));
  await stage.until(connected(tab));
};

/** How long until the next attempt, in s. */
const waitS = ({ tab, stage }: Pick<Cast, "tab" | "stage">): number => {
  const state = tab.state.get();
  return state.name === "reconnecting" ? (state.retryAt - stage.world.clock.wallMs()) / 1_000 : 0;
};

const view = (all: Cast) => {
  const { tab, anomalies } = all;
  const dialled = [...new Set(tab.sockets().map(({ url }) => new URL(url).host))];
  return (
    <TabCard
      client={tab}
      actions={
        <>
          <button onClick={() => void accept(all, day)}>Accept, advise a spread of a day</button>
          <button onClick={() => socketOf(tab).close(1006)}>Drop it</button>
          <button onClick={() => socketOf(tab).receive(goaway("wss://evil.example/ws"))}>
            Send it elsewhere
          </button>
        </>
      }
    >
      <Figures
        of={{
          "next attempt in": `${Math.max(0, waitS(all)).toFixed(0)} s`,
          "hosts dialled": dialled.join(", ") || "none",
          anomalies: anomalies.length,
        }}
      />
    </TabCard>
  );
};

const world = { server: false } as const;

export const HugeSpread = scene({
  says: "The server advises to come back some time within a day. A client takes two minutes of that at most: no advice keeps a user away for longer.",
  world,
  controls: ["backoff"],
  cast,
  view,
  play: async ({ stage, ...others }) => {
    const all = { stage, ...others };
    await accept(all, day);
    socketOf(all.tab).close(1006);
    await stage.until(() => all.tab.state.get().name === "reconnecting");
    await expect(waitS(all)).toBeGreaterThan(0);
    await expect(waitS(all)).toBeLessThanOrEqual(120);
  },
});

export const ForeignAddress = scene({
  says:
    "The server says goodbye and names another host to go to. The app never listed that host, so the client leaves, says foreign_goaway, " +
    "and dials what it knows: its token goes nowhere else.",
  world,
  controls: ["backoff"],
  cast,
  view,
  play: async ({ stage, ...others }) => {
    const all = { stage, ...others };
    await accept(all);
    socketOf(all.tab).receive(goaway("wss://evil.example/ws"));
    await stage.until(() => all.tab.sockets().length === 2, 60_000);
    await expect(all.tab.sockets().map(({ url }) => url)).toEqual(
      Array.from({ length: 2 }, () => "wss://app.example.com/ws"),
    );
    await expect(all.anomalies).toEqual(["foreign_goaway"]);
    await accept(all);
  },
});

export const NotOurServer = scene({
  says:
    "Something that speaks another language answers. The client does not guess and does not fall back to weaker promises: it stops, and the " +
    "error names what a developer can do.",
  world,
  controls: ["backoff"],
  cast,
  view,
  play: async ({ stage, canvas, tab }) => {
    await stage.until(() => tab.state.get().name === "connecting");
    const receipt = tab.send("kept");
    socketOf(tab).open();
    await stage.advance(200);
    socketOf(tab).receive("Welcome to the lobby!");
    await stage.until(() => tab.state.get().name === "failed");
    await expect(tab.state.get()).toMatchObject({ code: "NOT_RESILIENT", recovery: { kind: "manual" } });
    await expect(receipt.status.get()).toEqual({ kind: "queued" });
    await sees(canvas, "The server speaks another language than this app.");
  },
});
