import type { Meta } from "@storybook/react-vite";
import { ResilientSocketProvider } from "resilient-socket";
import { ConnectionBanner, describeConnection, messages } from "resilient-socket/banner";
import { ResilientSocketError, type ConnectionState, type ResilientClient } from "resilient-socket/core";
import { expect } from "storybook/test";
import { connected } from "../stage/conditions.ts";
import type { Controls } from "../stage/controls.ts";
import { channel } from "../stage/count.ts";
import type { Stage } from "../stage/createStage.ts";
import { scene, sceneMeta } from "../stage/scene.tsx";
import { ServerSwitch } from "../ui/ServerSwitch.tsx";
import { TabCard } from "../ui/TabCard.tsx";

const meta: Meta<Controls> = { title: "Recipes/Connection banner", ...sceneMeta };
export default meta;

const cast = (stage: Stage) => ({ tab: stage.openTab() });

export const AnOutage = scene({
  says:
    "Stop the server: nothing is said for two seconds, then the banner tells what happened and that nobody has to do anything. Start it: " +
    "the banner says so once and goes. A blip is never mentioned.",
  cast,
  view: ({ tab, stage: { world } }) => (
    <>
      <ResilientSocketProvider client={tab}>
        <ConnectionBanner after={world.clock.after} />
      </ResilientSocketProvider>
      <TabCard
        client={tab}
        actions={
          <>
            <button onClick={() => tab.send("a line", { channel })}>Send</button>
            <button onClick={() => world.network.cut()}>A blip</button>
            <ServerSwitch />
          </>
        }
      />
    </>
  ),
  play: async ({ tab, stage, canvas, step }) => {
    const banner = await canvas.findByRole("status");
    await expect(banner).toHaveAttribute("aria-live", "polite");
    await stage.until(connected(tab));
    await step("a blip is not mentioned", async () => {
      stage.world.network.cut();
      await stage.until(() => tab.state.get().name === "reconnecting");
      await expect(banner).toBeEmptyDOMElement();
      await stage.until(connected(tab));
      await stage.advance(10_000);
      await expect(banner).toBeEmptyDOMElement();
    });
    await step("an outage is, after two seconds", async () => {
      stage.world.crashServer();
      await stage.until(() => tab.state.get().name === "reconnecting");
      await stage.advance(1_900);
      await expect(banner).toBeEmptyDOMElement();
      await stage.advance(200);
      await expect(banner).toHaveTextContent(messages.closed);
      await expect(banner).toHaveTextContent(messages.automatic);
    });
    await step("and its end, for three", async () => {
      stage.world.startServer();
      await stage.until(connected(tab));
      await expect(banner).toHaveTextContent(messages.restored);
      await stage.advance(3_000);
      await expect(banner).toBeEmptyDOMElement();
      stage.world.crashServer();
      await stage.advance(5_000);
      await expect(banner).toHaveTextContent(messages.reconnecting);
    });
  },
});

const failed = (
  code: ResilientSocketError["code"],
  kind: "sign-in" | "update-app" | "manual",
): ConnectionState => ({
  name: "failed",
  code,
  error: new ResilientSocketError(code, ""),
  recovery: { kind },
});

const told: readonly ConnectionState[] = [
  ...(["requested", "suspended", "logout"] as const).map((reason): ConnectionState => ({
    name: "disconnected",
    reason,
  })),
  ...(["connecting", "authenticating", "resuming"] as const).map((name): ConnectionState => ({
    name,
    attempt: 0,
  })),
  ...(["closed", "heartbeat", "timeout", "network", "url", "auth", "breaker"] as const).map(
    (reason): ConnectionState => ({
      name: "reconnecting",
      reason,
      attempt: 1,
      retryAt: 0,
      lastError: null,
      recovery: { kind: "automatic", at: 0 },
    }),
  ),
  failed("UNAUTHORISED", "sign-in"),
  failed("FORBIDDEN", "sign-in"),
  failed("VERSION_UNSUPPORTED", "update-app"),
  ...(
    [
      "NOT_RESILIENT",
      "PROTOCOL_ERROR",
      "INVALID_SEQ",
      "CLOSED_BY_SERVER",
      "RETRIES_EXHAUSTED",
      "ILLEGAL_TRANSITION",
    ] as const
  ).map((code) => failed(code, "manual")),
];

const keyOf = (state: ConnectionState): string =>
  `${state.name} ${"code" in state ? state.code : "reason" in state ? state.reason : ""}`;

/** A client that stands still in a state. */
const standing = (client: ResilientClient, state: ConnectionState): ResilientClient => ({
  ...client,
  state: { get: () => state, getServer: () => state, subscribe: () => () => undefined },
  retain: () => () => undefined,
});

export const EveryText = scene({
  says:
    "All it can say: a title, the reason, and what happens next or what to do. Each text is in one map, keyed by code; an app replaces those " +
    "it likes, or all of them.",
  controls: [],
  cast: (stage) => {
    const client = stage.openTab();
    return { shown: told.map((state) => ({ state, client: standing(client, state) })) };
  },
  view: ({ shown, stage: { world } }) => (
    <ul className="banners">
      {shown.map(({ state, client }) => (
        <li key={keyOf(state)}>
          <code>{keyOf(state)}</code>
          <ResilientSocketProvider client={client}>
            <ConnectionBanner
              after={world.clock.after}
              onRecover={{
                "sign-in": () => undefined,
                "update-app": () => undefined,
                manual: () => undefined,
              }}
            />
          </ResilientSocketProvider>
        </li>
      ))}
    </ul>
  ),
  play: async ({ shown, stage, canvas }) => {
    await stage.advance(2_000);
    const banners = await canvas.findAllByRole("status");
    for (const [i, { state }] of shown.entries()) {
      const { title, reason, next } = describeConnection(state);
      await expect(banners[i]).toHaveTextContent([title, reason, next].filter(Boolean).join(" "));
    }
  },
});

export const InAnotherLanguage = scene({
  says: "The same banner, its texts replaced by code and its look by a class of the app.",
  cast,
  view: ({ tab, stage: { world } }) => (
    <>
      <ResilientSocketProvider client={tab}>
        <div lang="de">
          <ConnectionBanner
            after={world.clock.after}
            className="own-banner"
            messages={{
              reconnecting: "Verbindung wird wiederhergestellt.",
              closed: "Die Verbindung ist abgerissen.",
              automatic: "Was Sie jetzt senden, wird aufbewahrt.",
              restored: "Wieder verbunden.",
              "do:automatic": "Jetzt versuchen",
            }}
          />
        </div>
      </ResilientSocketProvider>
      <TabCard client={tab} actions={<ServerSwitch />} />
    </>
  ),
  play: async ({ tab, stage, canvas }) => {
    await stage.until(connected(tab));
    stage.world.crashServer();
    await stage.until(() => tab.state.get().name === "reconnecting");
    await stage.advance(2_500);
    await expect(await canvas.findByRole("status")).toHaveTextContent("Die Verbindung ist abgerissen.");
    await canvas.findByRole("button", { name: "Jetzt versuchen" });
  },
});
