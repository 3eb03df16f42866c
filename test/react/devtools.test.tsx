import { act, cleanup, fireEvent, render, within } from "@testing-library/react";
import { renderToString } from "react-dom/server";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ResilientSocketProvider } from "../../providers/ResilientSocketProvider.tsx";
import { ResilientSocketDevtools } from "../../devtools/ResilientSocketDevtools.tsx";
import { remember } from "../../devtools/remember.ts";
import { resilientSocketPlugin } from "../../devtools/resilientSocketPlugin.tsx";
import { createResilientClient } from "../../src/client/createResilientClient.ts";
import { inspections } from "../../src/client/inspection.ts";
import { createWorld } from "../../src/testing/createWorld.ts";
import { createPage } from "../../src/testing/page.ts";
import { fakeClient } from "./fakeClient.ts";

beforeEach(() => {
  sessionStorage.clear();
  remember({ open: false, pane: "timeline" });
});
afterEach(cleanup);

const openPage = () => {
  const world = createWorld();
  const page = createPage(world.clock.device());
  const client = createResilientClient({
    url: "ws://localhost/ws",
    ports: {
      clock: page.clock,
      dice: world.dice.fork("page"),
      sensors: page.sensors,
      socket: world.network.openSocket("page", page.clock),
    },
  });
  const pass = (ms = 1_000) => act(async () => world.advance(ms));
  return { world, client, pass };
};

/** Counts who listens to this client, its inner events and its stores included. */
const counting = (client: ReturnType<typeof openPage>["client"]) => {
  let listening = 0;
  const counted =
    <A extends unknown[]>(subscribe: (...input: A) => () => void) =>
    (...input: A) => {
      const remove = subscribe(...input);
      listening++;
      return () => {
        listening--;
        remove();
      };
    };
  const inspection = inspections.get(client.outbox)!;
  const store = <T extends { readonly subscribe: (listener: () => void) => () => void }>(one: T): T => ({
    ...one,
    subscribe: counted(one.subscribe),
  });
  const outbox = {
    ...client.outbox,
    state: store(client.outbox.state),
    entries: store(client.outbox.entries),
  };
  inspections.set(outbox, { ...inspection, on: counted(inspection.on as never) });
  const watched = { ...client, outbox, state: store(client.state), tabs: store(client.tabs) };
  return { watched: { ...watched, on: counted(client.on as never) as never }, listening: () => listening };
};

const inspector = (container: HTMLElement) => {
  const { shadowRoot } = container.querySelector("[data-resilient-socket-devtools]")!;
  return within(shadowRoot!.querySelector<HTMLElement>(".scope")!);
};

describe("the inspector", () => {
  it("listens to nothing while it is closed, and again when it was open", async () => {
    const { client, pass } = openPage();
    const { watched, listening } = counting(client);
    const { container } = render(<ResilientSocketDevtools client={watched} />);
    await pass();
    expect(listening()).toBe(0);
    const toggle = inspector(container).getByRole("button", { name: "Inspect resilient-socket" });
    fireEvent.click(toggle);
    await pass();
    expect(listening()).toBeGreaterThan(8);
    fireEvent.click(toggle);
    await pass();
    expect(listening()).toBe(0);
  });

  it("closes with Escape and gives the focus back to its button", () => {
    const { client } = openPage();
    const { container } = render(<ResilientSocketDevtools client={client} />);
    const toggle = inspector(container).getByRole("button", { name: "Inspect resilient-socket" });
    fireEvent.click(toggle);
    expect(toggle.getAttribute("aria-expanded")).toBe("true");
    fireEvent.keyDown(inspector(container).getByRole("tab", { name: "Timeline" }), { key: "Escape" });
    expect(inspector(container).queryByRole("tab")).toBeNull();
    expect(container.querySelector("[data-resilient-socket-devtools]")!.shadowRoot!.activeElement).toBe(
      toggle,
    );
  });

  it("goes from pane to pane by arrow keys", () => {
    const { client } = openPage();
    remember({ open: true });
    const { container } = render(<ResilientSocketDevtools client={client} />);
    const here = inspector(container);
    const key = (name: string, press: string) =>
      fireEvent.keyDown(here.getByRole("tab", { name }), { key: press });
    key("Timeline", "ArrowRight");
    expect(here.getByRole("tab", { selected: true }).textContent).toBe("Outbox");
    key("Outbox", "End");
    expect(here.getByRole("tab", { selected: true }).textContent).toBe("Faults");
    key("Faults", "ArrowRight");
    expect(here.getByRole("tab", { selected: true }).textContent).toBe("Timeline");
    expect(here.getByRole("tabpanel", { name: "Timeline" })).toBeTruthy();
  });

  it("is as it was after a reload: open, on the same pane", async () => {
    remember({ open: true, pane: "channels" });
    vi.resetModules();
    const fresh = await import("../../devtools/remember.ts");
    expect(fresh.kept.get()).toEqual({ open: true, pane: "channels" });
    sessionStorage.setItem("resilient-socket:devtools", "no JSON");
    vi.resetModules();
    const spoilt = await import("../../devtools/remember.ts");
    expect(spoilt.kept.get()).toEqual({ open: false, pane: "timeline" });
  });

  it("draws every state of the table, the present one lit, and takes down each step", async () => {
    const { client, pass } = openPage();
    remember({ open: true });
    const { container } = render(<ResilientSocketDevtools client={client} />);
    const here = inspector(container);
    act(() => client.connect());
    await pass();
    const lit = here.getAllByRole("img").map((node) => [node.dataset["state"], node.dataset["lit"]]);
    expect(lit).toHaveLength(7);
    expect(lit).toContainEqual(["connected", "true"]);
    expect(lit.filter(([, isLit]) => isLit === "true")).toHaveLength(1);
    expect(here.getByRole("button", { name: /connectedresumed|connected resumed/ })).toBeTruthy();
  });

  it("goes back in time through the real table, and forth to now", async () => {
    const { client, pass } = openPage();
    remember({ open: true });
    const { container } = render(<ResilientSocketDevtools client={client} />);
    const here = inspector(container);
    act(() => client.connect());
    await pass();
    const lit = () =>
      here.getAllByRole("img").find((node) => node.dataset["lit"] === "true")?.dataset["state"];
    fireEvent.change(here.getByRole("slider"), { target: { value: "0" } });
    expect(lit()).toBe("connecting");
    here.getByText("replayed through the table");
    here.getByText("disconnected × connect → connecting");
    here.getByText(/type openSocket/);
    fireEvent.click(here.getByRole("button", { name: "Back to now" }));
    expect(lit()).toBe("connected");
  });

  it("says why a message was not sent, cancels it, and sends it again as a new one", async () => {
    const { client, pass } = openPage();
    remember({ open: true, pane: "outbox" });
    const { container } = render(<ResilientSocketDevtools client={client} />);
    const here = inspector(container);
    here.getByText("The outbox is empty");
    const { id } = client.send({ n: 1 }, { channel: "room" });
    await pass();
    here.getByText("Nobody has asked for a connection yet: call connect() or mount a provider.");
    fireEvent.click(here.getByRole("button", { name: "Send again" }));
    await pass();
    expect(client.outbox.entries.get().map((entry) => entry.payload)).toEqual([{ n: 1 }, { n: 1 }]);
    fireEvent.click(here.getAllByRole("button", { name: "Cancel" })[0]!);
    await pass();
    const [left] = client.outbox.entries.get();
    expect(left?.id).not.toBe(id);
  });

  it("draws no more rows than are seen, however many wait", async () => {
    const { client, pass } = openPage();
    remember({ open: true, pane: "outbox" });
    const { container } = render(<ResilientSocketDevtools client={client} />);
    for (let n = 0; n < 1_000; n++) client.send(n);
    await pass();
    const here = inspector(container);
    here.getByText("1,000 of 1,000");
    expect(here.getAllByRole("row").length).toBeLessThan(60);
  });

  it("breaks the socket of its client and no other", async () => {
    const { client, pass } = openPage();
    remember({ open: true, pane: "faults" });
    const { container } = render(<ResilientSocketDevtools client={client} />);
    const here = inspector(container);
    act(() => client.connect());
    await pass();
    fireEvent.click(here.getByRole("button", { name: "Put in a faulty socket" }));
    await pass();
    expect(client.state.get().name).toBe("connected");
    fireEvent.click(here.getByRole("switch", { name: "Refuse" }));
    fireEvent.click(here.getByRole("button", { name: "Cut now" }));
    await pass(10_000);
    expect(client.state.get().name).not.toBe("connected");
    fireEvent.click(here.getByRole("switch", { name: "Refuse" }));
    await pass(60_000);
    expect(client.state.get().name).toBe("connected");
    const { settled } = client.send("through it");
    fireEvent.change(here.getByRole("combobox"), { target: { value: "500" } });
    await pass(3_000);
    expect(await settled).toMatchObject({ kind: "acked" });
  });

  it("shows the texts it is given", () => {
    const { client } = openPage();
    const texts = { "inspector.toggle": "Verbindung ansehen", "pane.outbox": "Postausgang" };
    remember({ open: true });
    const { container } = render(<ResilientSocketDevtools client={client} messages={texts} faults={false} />);
    const here = inspector(container);
    here.getByRole("button", { name: "Verbindung ansehen" });
    here.getByRole("tab", { name: "Postausgang" });
    expect(here.queryByRole("tab", { name: "Faults" })).toBeNull();
  });

  it("takes the provider's client, and says so when it cannot look into it", () => {
    const { client } = fakeClient();
    remember({ open: true });
    const { container } = render(
      <ResilientSocketProvider client={client}>
        <ResilientSocketDevtools />
      </ResilientSocketProvider>,
    );
    inspector(container).getByText(/comes from another copy/);
  });

  it("is a plugin of TanStack Devtools, which tells it the theme", () => {
    const { client } = openPage();
    const plugin = resilientSocketPlugin({ client });
    expect(plugin).toMatchObject({ id: "resilient-socket", name: "resilient-socket" });
    const box = document.createElement("div");
    for (const [context, theme] of [
      ["dark", "dark"],
      [{ theme: "light" }, "light"],
      [undefined, "system"],
    ]) {
      const { container } = render(plugin.render(box, context));
      expect(container.querySelector("[data-theme]")?.getAttribute("data-theme")).toBe(theme);
      inspector(container).getByRole("tablist");
      cleanup();
    }
  });

  it("is nothing but an empty element in a server render", () => {
    const { client } = openPage();
    remember({ open: true });
    expect(renderToString(<ResilientSocketDevtools client={client} />)).toMatch(/^<div [^>]*><\/div>$/);
  });
});
