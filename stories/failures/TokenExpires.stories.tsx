import type { Meta } from "@storybook/react-vite";
import { ResilientSocketProvider } from "resilient-socket";
import { ConnectionBanner } from "resilient-socket/banner";
import { expect } from "storybook/test";
import { connected } from "../stage/conditions.ts";
import type { Controls } from "../stage/controls.ts";
import type { Stage } from "../stage/createStage.ts";
import { channel } from "../stage/count.ts";
import { scene, sceneMeta, sees } from "../stage/scene.tsx";
import { Figures } from "../ui/Figures.tsx";
import { TabCard } from "../ui/TabCard.tsx";

const meta: Meta<Controls> = { title: "Failures/The token expires", ...sceneMeta };
export default meta;

const lifeMs = 120_000;

/** A login whose tokens live two minutes: name and expiry in plain text, which a simulated server believes. */
const createLogin = ({ world }: Stage) => {
  let works = true;
  let accepted = true;
  let fetched = 0;
  return {
    fetchToken: async () => {
      fetched++;
      if (!works) throw new Error("503 from the login");
      return { token: `${accepted ? "ada" : "nobody"}@${world.clock.wallMs() + lifeMs}` };
    },
    fetched: () => fetched,
    breakDown: (broken: boolean) => void (works = !broken),
    signOut: (out: boolean) => void (accepted = !out),
  };
};

const server = {
  authenticate: (token: string | null) => {
    const [subject = "", expiresAt] = (token ?? "").split("@");
    return subject === "ada" ? { subject, expiresAt: Number(expiresAt) } : null;
  },
};

const cast = (stage: Stage) => {
  const login = createLogin(stage);
  return { login, tab: stage.openTab({ auth: login.fetchToken }) };
};
type Cast = ReturnType<typeof cast> & { readonly stage: Stage };

const view = ({ login, tab, stage }: Cast) => (
  <>
    <ResilientSocketProvider client={tab}>
      <ConnectionBanner
        after={stage.world.clock.after}
        onRecover={{
          "sign-in": () => {
            login.signOut(false);
            tab.reconnect();
          },
        }}
      />
    </ResilientSocketProvider>
    <TabCard
      client={tab}
      actions={
        <>
          <button onClick={() => tab.send("a line", { channel })}>Send</button>
          <button onClick={() => login.breakDown(true)}>Break the login</button>
          <button onClick={() => login.breakDown(false)}>Mend it</button>
          <button onClick={() => login.signOut(true)}>Sign out elsewhere</button>
        </>
      }
    >
      <Figures of={{ "tokens fetched": login.fetched(), "sockets opened": tab.sockets().length }} />
    </TabCard>
  </>
);

export const Renewed = scene({
  says:
    "Tokens live two minutes. Before one expires the server asks for another, on the same socket: half an hour later it is still the " +
    "first one.",
  world: { server },
  speed: 60,
  cast,
  view,
  play: async ({ tab, login, stage }) => {
    await stage.until(connected(tab));
    await stage.advance(1_800_000);
    await expect(tab.state.get().name).toBe("connected");
    await expect(tab.sockets()).toHaveLength(1);
    await expect(login.fetched()).toBeGreaterThan(10);
    await expect(tab.record.errors).toEqual([]);
  },
});

export const LoginIsDown = scene({
  says:
    "The login does not answer when the token expires: the connection ends, says why, and comes back by itself once the login does. What " +
    "was sent meanwhile has waited.",
  world: { server },
  speed: 10,
  cast,
  view,
  play: async ({ tab, login, stage, canvas, step }) => {
    await stage.until(connected(tab));
    await step("no token, no connection", async () => {
      login.breakDown(true);
      await stage.until(() => tab.state.get().name === "reconnecting", 2 * lifeMs);
      await stage.until(() => {
        const state = tab.state.get();
        return state.name === "reconnecting" && state.reason === "auth";
      });
      await stage.advance(2_000);
      await sees(canvas, "Try now");
    });
    const receipt = tab.send("written meanwhile", { channel });
    await stage.advance(60_000);
    await expect(tab.outbox.state.get().depth).toBe(1);
    await step("the login is back", async () => {
      login.breakDown(false);
      await stage.until(() => receipt.status.get().kind === "acked", 120_000);
      await sees(canvas, "Connected again");
    });
  },
});

export const SignedOut = scene({
  says:
    "The account was signed out elsewhere: the server refuses the next token. That is final, so the banner asks for a sign-in instead of " +
    "trying for ever; the outbox stays.",
  world: { server },
  speed: 10,
  cast,
  view,
  play: async ({ tab, login, stage, canvas, step, userEvent }) => {
    await stage.until(connected(tab));
    login.signOut(true);
    await step("it has stopped, and says what to do", async () => {
      await stage.until(() => tab.state.get().name === "failed", 2 * lifeMs);
      await expect(tab.state.get()).toMatchObject({ code: "UNAUTHORISED", recovery: { kind: "sign-in" } });
      await stage.advance(2_000);
    });
    const receipt = tab.send("kept", { channel });
    await stage.advance(600_000);
    await expect(receipt.status.get()).toEqual({ kind: "queued" });
    await step("after a sign-in it goes out", async () => {
      await userEvent.click(await canvas.findByRole("button", { name: "Sign in" }));
      await stage.until(() => receipt.status.get().kind === "acked");
    });
  },
});
