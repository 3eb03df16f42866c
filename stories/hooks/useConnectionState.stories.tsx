import type { Meta } from "@storybook/react-vite";
import { memo, useEffect } from "react";
import { useConnectionState } from "resilient-socket";
import type { ConnectionState } from "resilient-socket/core";
import type { Tab } from "resilient-socket/testing";
import { expect } from "storybook/test";
import { connected } from "../stage/conditions.ts";
import type { Controls } from "../stage/controls.ts";
import { countRenders, type RenderCount } from "../stage/countRenders.ts";
import type { Stage } from "../stage/createStage.ts";
import { greet, hello } from "../stage/frames.ts";
import { scene, sceneMeta, sees } from "../stage/scene.tsx";
import { Card } from "../ui/Card.tsx";
import { Figures } from "../ui/Figures.tsx";
import { ServerSwitch } from "../ui/ServerSwitch.tsx";

const meta: Meta<Controls> = { title: "Hooks/useConnectionState", ...sceneMeta };
export default meta;

const detail = (state: ConnectionState): string => {
  switch (state.name) {
    case "disconnected":
      return `reason ${state.reason}`;
    case "connected":
      return `since ${new Date(state.since).toISOString().slice(11, 19)}`;
    case "reconnecting":
      return `attempt ${state.attempt}, reason ${state.reason}, next: ${state.recovery.kind}`;
    case "failed":
      return `code ${state.code}, next: ${state.recovery.kind}`;
    default:
      return `attempt ${state.attempt + 1}`;
  }
};

/** What the hook answers, as it is. */
function Answer() {
  const name = useConnectionState((state) => state.name);
  const text = useConnectionState(detail);
  return (
    <p>
      <code>{name}</code> <span className="muted">{text}</span>
    </p>
  );
}

/** The server of these stories is played by hand, so that every state stands still. */
const byHand = { server: false } as const;
const cast = (stage: Stage) => ({ tab: stage.openTab() });
type Cast = { readonly tab: Tab; readonly stage: Stage };

const socketOf = (tab: Tab) => tab.sockets().at(-1)!;
const steps = {
  open: ({ tab }: Cast) => socketOf(tab).open(),
  hello: ({ tab }: Cast) => socketOf(tab).receive(hello),
  welcome: ({ tab }: Cast) => socketOf(tab).receive(greet(0)),
  drop: ({ tab }: Cast) => socketOf(tab).close(1006),
  refuse: ({ tab }: Cast) => socketOf(tab).close(4503),
};

const view = (all: Cast) => (
  <Card
    client={all.tab}
    actions={Object.entries(steps).map(([name, act]) => (
      <button key={name} onClick={() => act(all)}>
        {name}
      </button>
    ))}
  >
    <Answer />
  </Card>
);

/** Walks to where the server has said so much. */
const walk = async (all: Cast, upTo: keyof typeof steps): Promise<void> => {
  await all.stage.until(() => all.tab.state.get().name === "connecting");
  for (const [name, act] of Object.entries(steps)) {
    act(all);
    await all.stage.advance(200);
    if (name === upTo) return;
  }
};

const standsAt = (
  says: string,
  name: ConnectionState["name"],
  reach: (all: Cast) => Promise<void>,
  seen: RegExp = new RegExp(name),
) =>
  scene({
    says,
    world: byHand,
    cast,
    view,
    play: async ({ tab, stage, canvas }) => {
      await reach({ tab, stage });
      await expect(tab.state.get().name).toBe(name);
      await sees(canvas, name);
      await sees(canvas, seen);
    },
  });

export const Disconnected = standsAt(
  "Nothing is dialled until somebody asks for it, nor after disconnect().",
  "disconnected",
  async ({ tab, stage }) => {
    tab.disconnect();
    await stage.advance(100);
  },
  /reason requested/,
);

export const Connecting = standsAt(
  "A socket is being opened.",
  "connecting",
  async ({ stage, tab }) => stage.until(() => tab.state.get().name === "connecting"),
  /attempt 1/,
);

export const Authenticating = standsAt(
  "The socket is open; the two sides introduce themselves.",
  "authenticating",
  async (all) => walk(all, "open"),
  /attempt 1/,
);

export const Resuming = standsAt(
  "The token is on its way, and with it what was heard so far and what was not acknowledged.",
  "resuming",
  async (all) => {
    all.tab.subscribe("room:42", () => undefined);
    await walk(all, "hello");
    socketOf(all.tab).receive([
      { t: "authed", subject: "ada", exp: null },
      {
        t: "welcome",
        cid: "c1",
        spreadMs: 0,
        channels: [{ c: "room:42", epoch: "e1", head: 9, tail: "t9", status: "delta" }],
      },
    ]);
    await all.stage.advance(200);
  },
  /attempt 1/,
);

export const Connected = standsAt(
  "Every message goes out at once.",
  "connected",
  async (all) => walk(all, "welcome"),
  /since /,
);

export const Reconnecting = standsAt(
  "The connection broke; the next attempt has its time, and nobody has to do anything.",
  "reconnecting",
  async (all) => {
    await walk(all, "welcome");
    steps.drop(all);
    await all.stage.until(() => all.tab.state.get().name === "reconnecting");
  },
  /reason closed, next: automatic/,
);

export const Failed = standsAt(
  "The server says that this user may not come in: final until somebody acts, and it says who.",
  "failed",
  async (all) => {
    await walk(all, "welcome");
    steps.refuse(all);
    await all.stage.advance(100);
  },
  /code FORBIDDEN, next: sign-in/,
);

const IsLive = memo(function IsLive({ rendered }: Pick<RenderCount, "rendered">) {
  useEffect(rendered);
  const isLive = useConnectionState(({ name }) => name === "connected");
  return <p>{isLive ? "live" : "away"}</p>;
});

export const Selector = scene({
  says: "A selector's component renders when its result changes and not before: hundreds of attempts fail, and “away” is drawn once.",
  cast: (stage) => ({ tab: stage.openTab(), count: countRenders() }),
  speed: 60,
  view: ({ tab, count }) => (
    <Card
      client={tab}
      actions={
        <>
          <ServerSwitch />
        </>
      }
    >
      <IsLive rendered={count.rendered} />
      <Figures of={{ "states passed": tab.record.transitions.length, renders: count.total() }} />
    </Card>
  ),
  play: async ({ tab, count, stage, canvas }) => {
    await stage.until(connected(tab));
    await sees(canvas, "live");
    stage.world.crashServer();
    await stage.advance(10_000);
    await sees(canvas, "away");
    const before = count.total();
    await stage.advance(3_600_000);
    await expect(tab.record.transitions.length).toBeGreaterThan(100);
    await expect(count.total()).toBe(before);
  },
});
