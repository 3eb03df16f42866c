import type { Meta } from "@storybook/react-vite";
import { ResilientSocketProvider, useTabRole } from "resilient-socket";
import { expect } from "storybook/test";
import { connected } from "../stage/conditions.ts";
import type { Controls } from "../stage/controls.ts";
import { scene, sceneMeta } from "../stage/scene.tsx";

const meta: Meta<Controls> = { title: "Hooks/useTabRole", ...sceneMeta };
export default meta;

/** One tab of all plays the sound, polls the calendar, shows the notification. */
function Bell() {
  const role = useTabRole();
  return (
    <p>
      <span className="role" data-role={role}>
        {role}
      </span>{" "}
      {role === "follower" ? "leaves the ringing to another tab" : "rings"}
    </p>
  );
}

export const OneRings = scene({
  says: "What one tab should do for all of them, the leader does. It is closed, and another one takes over.",
  cast: (stage) => {
    const browser = stage.openBrowser();
    return { browser, tabs: [browser.openTab(), browser.openTab(), browser.openTab()] };
  },
  view: ({ tabs }) => (
    <div className="cards">
      {tabs.map((tab, i) => (
        <section className="card" key={tab.id}>
          <h2>Tab {i + 1}</h2>
          {tab.page.life() === "gone" ? (
            <p className="muted">Closed.</p>
          ) : (
            <ResilientSocketProvider client={tab}>
              <Bell />
            </ResilientSocketProvider>
          )}
          <div className="actions">
            <button disabled={tab.page.life() === "gone"} onClick={() => tab.close()}>
              Close tab {i + 1}
            </button>
          </div>
        </section>
      ))}
    </div>
  ),
  play: async ({ tabs, stage, canvas, userEvent }) => {
    const roles = (): readonly string[] =>
      tabs.filter(({ page }) => page.life() === "active").map((tab) => tab.tabs.get().role);
    await stage.until(connected(...tabs));
    await expect([...roles()].sort()).toEqual(["follower", "follower", "leader"]);
    const first = tabs.findIndex((tab) => tab.tabs.get().role === "leader");
    await userEvent.click(await canvas.findByRole("button", { name: `Close tab ${first + 1}` }));
    await stage.until(() => roles().includes("leader"));
    await stage.advance(1_000);
    await expect([...roles()].sort()).toEqual(["follower", "leader"]);
    await expect(await canvas.findAllByText("rings")).toHaveLength(1);
    await expect(stage.world.network.live()).toHaveLength(1);
  },
});
