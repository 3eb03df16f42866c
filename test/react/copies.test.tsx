import { cleanup, render } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { useConnectionState } from "../../hooks/useConnectionState.ts";
import { ResilientSocketProvider } from "../../providers/ResilientSocketProvider.tsx";
import { version } from "../../providers/version.ts";
import { fakeClient } from "./fakeClient.ts";

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.doUnmock("../../providers/version.ts");
});

/** The whole package once more, as a page gets it with two versions in its bundle: modules and contexts of its own. */
const secondCopy = async () => {
  vi.resetModules();
  vi.doMock("../../providers/version.ts", () => ({ version: "0.0.7" }));
  const { useConnectionState } = await import("../../hooks/useConnectionState.ts");
  const { ResilientSocketProvider } = await import("../../providers/ResilientSocketProvider.tsx");
  return { useConnectionState, ResilientSocketProvider };
};

function State() {
  return useConnectionState(({ name }) => name);
}

it("says so, with both versions, when the hooks of one copy stand below the provider of another", async () => {
  vi.spyOn(console, "error").mockReturnValue();
  const second = await secondCopy();
  expect(second.useConnectionState).not.toBe(useConnectionState);
  const Other = () => second.useConnectionState(({ name }) => name);
  const { client } = fakeClient();
  const mixed = [
    <ResilientSocketProvider client={client}>
      <Other />
    </ResilientSocketProvider>,
    <second.ResilientSocketProvider client={client}>
      <State />
    </second.ResilientSocketProvider>,
  ];
  for (const tree of mixed)
    expect(() => render(tree)).toThrow(
      `[NO_PROVIDER] no ResilientSocketProvider of resilient-socket above; 2 copies are loaded: ${version}, 0.0.7`,
    );
  const view = render(
    <ResilientSocketProvider client={client}>
      <State />{" "}
      <second.ResilientSocketProvider client={client}>
        <Other />
      </second.ResilientSocketProvider>
    </ResilientSocketProvider>,
  );
  expect(view.container.textContent).toBe("disconnected disconnected");
});
