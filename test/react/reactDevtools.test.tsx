import { cleanup, render } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createReceipt } from "../../src/client/createReceipt.ts";
import * as barrel from "../../src/entry/index.ts";
import { fakeClient } from "./fakeClient.ts";

/** Before React is loaded, which looks for them then. */
await vi.hoisted(async () => {
  const { initialize } = await import("react-devtools-core");
  initialize();
});

interface InspectedHook {
  readonly name: string;
  readonly value: unknown;
}
/** What the panel asks of the renderer it is attached to. */
interface Renderer {
  readonly getElementIDForHostInstance: (element: Element) => number;
  readonly inspectElement: (
    request: number,
    id: number,
    path: null,
    whole: boolean,
  ) => { readonly value: { readonly hooks: { readonly data: readonly InspectedHook[] } } };
}
const renderer = (): Renderer => {
  const { __REACT_DEVTOOLS_GLOBAL_HOOK__: hook } = globalThis as unknown as {
    readonly __REACT_DEVTOOLS_GLOBAL_HOOK__: {
      readonly rendererInterfaces: ReadonlyMap<number, Renderer>;
    };
  };
  return [...hook.rendererInterfaces.values()][0] as Renderer;
};

type Hook = (...input: unknown[]) => unknown;
const inputs: Readonly<Record<string, readonly unknown[]>> = {
  useLastMessage: ["room"],
  useReceipt: [createReceipt("r", () => undefined)],
  useSubscription: ["room", () => undefined],
};
const names = Object.keys(barrel).filter((name) => name.startsWith("use"));

/** The hooks that the panel lists for a component that calls this one. */
const inspect = (name: string): readonly InspectedHook[] => {
  const fake = fakeClient();
  fake.state.set({ name: "connected", since: 1 });
  fake.setQueue({ depth: 3, inFlight: 2, saturation: 0.1 });
  fake.tabs.set({ role: "follower", rung: "locks", term: 2 });
  const use = (barrel as unknown as Readonly<Record<string, Hook>>)[name] as Hook;
  const Probe = () => {
    use(...(inputs[name] ?? []));
    return <p>here</p>;
  };
  const { getByText } = render(
    <barrel.ResilientSocketProvider client={fake.client}>
      <Probe />
    </barrel.ResilientSocketProvider>,
  );
  const { getElementIDForHostInstance, inspectElement } = renderer();
  return inspectElement(1, getElementIDForHostInstance(getByText("here")), null, true).value.hooks.data;
};

afterEach(cleanup);

describe("React DevTools itself", () => {
  it.each(names)("lists %s with the state of connection and outbox beside it", (name) => {
    const shown = inspect(name).find((hook) => hook.name === name.slice("use".length));
    expect(shown?.value).toEqual({
      state: "connected",
      depth: 3,
      inFlight: 2,
      saturation: 0.1,
      role: "follower",
      reason: expect.anything() as unknown,
    });
  });
});
