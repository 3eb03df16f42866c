import { act, cleanup, render } from "@testing-library/react";
import { startTransition, useEffect, useState, type ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { useCanSend } from "../../hooks/useCanSend.ts";
import { useConnectionState } from "../../hooks/useConnectionState.ts";
import { useLastMessage } from "../../hooks/useLastMessage.ts";
import { useOutbox } from "../../hooks/useOutbox.ts";
import { useQueueState } from "../../hooks/useQueueState.ts";
import { useReceipt } from "../../hooks/useReceipt.ts";
import { useResilientWS } from "../../hooks/useResilientWS.ts";
import { useTabRole } from "../../hooks/useTabRole.ts";
import { ResilientSocketProvider } from "../../providers/ResilientSocketProvider.tsx";
import { createReceipt, type ReceiptHandle } from "../../src/client/createReceipt.ts";
import type { TabsState } from "../../src/client/ResilientClient.ts";
import { fakeClient } from "./fakeClient.ts";

/**
 * Rendering in slices: React looks at the clock and at the browser's own tasks, so this file runs in real time, without waiting for
 * any length of it.
 */
const environment = globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean };
let receipt: ReceiptHandle;
beforeEach(() => {
  receipt = createReceipt("r", () => undefined);
});
afterEach(() => {
  environment.IS_REACT_ACT_ENVIRONMENT = true;
  cleanup();
});

/** What every reading hook answers, as text. All of them change with every step. */
const readers: Record<string, () => string> = {
  useCanSend: () => `${useCanSend()}`,
  useConnectionState: () => useConnectionState((state) => ("attempt" in state ? `${state.attempt}` : "-")),
  useLastMessage: () => `${String(useLastMessage("room")?.data)}`,
  useOutbox: () =>
    useOutbox("room")
      .map(({ payload }) => String(payload))
      .join(),
  useQueueState: () => `${useQueueState(({ depth }) => depth)}`,
  useReceipt: () => useReceipt(receipt).kind,
  useResilientWS: () => {
    const { state, queue } = useResilientWS();
    return `${JSON.stringify(state)} ${queue.depth}`;
  },
  useTabRole: () => useTabRole(),
};

const roles: readonly TabsState["role"][] = ["solo", "leader", "follower"];
const step = (fake: ReturnType<typeof fakeClient>, n: number) => {
  fake.state.set({ name: "connecting", attempt: n });
  fake.setQueue({ depth: n, saturation: n % 2 });
  fake.entries.set([{ id: `${n}`, channel: "room", payload: n, bytes: 1, queuedAt: n, status: "queued" }]);
  fake.tabs.set({ role: roles[n % 3]!, rung: "locks", term: n });
  fake.deliver("room", n);
  if (n === 1) receipt.inFlight();
};

/** Long enough that React lets others run before the next one. */
const burn = (ms: number) => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};
/** Behind everything that waits: React's next slice, or a listener. */
const task = () => new Promise((resolve) => setTimeout(resolve));

interface SlowProps {
  readonly read: () => string;
  readonly rendered: (text: string) => void;
}

function Slow({ read: useRead, rendered }: SlowProps) {
  const text = useRead();
  rendered(text);
  burn(6);
  return <b>{text}</b>;
}

interface PageProps extends SlowProps {
  readonly show: (start: () => void) => void;
  readonly early?: ReactNode;
}

function Page({ read, rendered, show, early }: PageProps) {
  const [shown, setShown] = useState(false);
  useEffect(() => show(() => startTransition(() => setShown(true))), [show]);
  return (
    <>
      {early}
      {shown && Array.from({ length: 8 }, (_, n) => <Slow key={n} read={read} rendered={rendered} />)}
    </>
  );
}

describe("under startTransition", () => {
  it.each(Object.keys(readers))("%s does not tear: all readers show one moment", async (name) => {
    const fake = fakeClient();
    const rendered: string[] = [];
    const torn: string[] = [];
    let start = () => undefined as void;
    const app = (
      <ResilientSocketProvider client={fake.client}>
        <Page
          read={readers[name]!}
          rendered={(text) => rendered.push(text)}
          show={(one) => (start = one)}
          early={<Slow read={readers[name]!} rendered={() => undefined} />}
        />
      </ResilientSocketProvider>
    );
    const view = render(app);
    act(() => step(fake, 0));
    const look = () => {
      const texts = new Set([...view.container.querySelectorAll("b")].map((one) => one.textContent));
      if (texts.size > 1) torn.push([...texts].join(" | "));
    };
    const observer = new MutationObserver(look);
    observer.observe(view.container, { childList: true, characterData: true, subtree: true });

    environment.IS_REACT_ACT_ENVIRONMENT = false;
    start();
    while (!rendered.length) await task();
    const before = rendered.length;
    step(fake, 1);
    while (view.container.querySelectorAll("b").length < 9) await task();
    await task();
    observer.disconnect();

    // Otherwise nothing was interrupted, and this test would show nothing.
    expect(before).toBeLessThan(8);
    expect(new Set(rendered).size).toBe(2);
    expect(torn).toEqual([]);
    expect(view.container.querySelectorAll("b")[8]?.textContent).toBe(rendered.at(-1));
  });
});
