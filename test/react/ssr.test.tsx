// @vitest-environment node
import { renderToString } from "react-dom/server";
import { afterEach, expect, it, vi } from "vitest";
import { useCanSend } from "../../hooks/useCanSend.ts";
import { useConnectionState } from "../../hooks/useConnectionState.ts";
import { useLastMessage } from "../../hooks/useLastMessage.ts";
import { useOutbox } from "../../hooks/useOutbox.ts";
import { useQueueState } from "../../hooks/useQueueState.ts";
import { useReceipt } from "../../hooks/useReceipt.ts";
import { useResilientWS } from "../../hooks/useResilientWS.ts";
import { useSubscription } from "../../hooks/useSubscription.ts";
import { useTabRole } from "../../hooks/useTabRole.ts";
import type { Receipt } from "../../src/client/receipt.ts";
import { ResilientSocketProvider } from "../../providers/ResilientSocketProvider.tsx";

afterEach(() => vi.restoreAllMocks());

function Page() {
  const state = useConnectionState();
  const depth = useQueueState((queue) => queue.depth);
  const { queue } = useResilientWS({ onMessage: () => undefined });
  const other = useResilientWS("wss://api.example.com/other").state;
  const none = useResilientWS(null).state;
  useSubscription("room", () => undefined, { batch: "frame" });
  const last = useLastMessage("room", ({ data }) => data) ?? "no message";
  const more = [useOutbox().length, last, useReceipt(null) ?? "no receipt", useTabRole(), useCanSend()];
  return <p>{JSON.stringify([state, depth, queue.depth, other.name, none.name, ...more])}</p>;
}

it("renders disconnected: initial on a server, and touches neither network, clock nor page (fault 41)", () => {
  const touched = [
    vi.spyOn(globalThis, "WebSocket"),
    vi.spyOn(globalThis, "BroadcastChannel"),
    vi.spyOn(globalThis, "fetch"),
    vi.spyOn(globalThis, "setTimeout"),
    vi.spyOn(globalThis, "setInterval"),
    vi.spyOn(globalThis, "queueMicrotask"),
    vi.spyOn(Date, "now"),
  ];
  const globals = Object.getOwnPropertyNames(globalThis);
  const html = renderToString(
    <ResilientSocketProvider url="wss://api.example.com/ws" auth="/token" identity="ann">
      <Page />
    </ResilientSocketProvider>,
  );
  expect(html.replaceAll("&quot;", '"')).toBe(
    '<p>[{"name":"disconnected","reason":"initial"},0,0,"disconnected","disconnected",0,"no message","no receipt","solo",false]</p>',
  );
  for (const one of touched) expect(one).not.toHaveBeenCalled();
  expect(Object.getOwnPropertyNames(globalThis)).toEqual(globals);
});

// Next.js refuses to prerender a component that draws random numbers: https://nextjs.org/docs/messages/next-prerender-crypto-client
it("draws no random numbers on a server (fault 41)", () => {
  const dice = { roll: vi.fn(() => 0), uuid: vi.fn(() => "") };
  renderToString(
    <ResilientSocketProvider url="wss://api.example.com/ws" ports={{ dice }}>
      <Page />
    </ResilientSocketProvider>,
  );
  expect([dice.roll.mock.calls.length, dice.uuid.mock.calls.length]).toEqual([0, 0]);
});

function SendsWhileRendering({ sent }: { readonly sent: (receipt: Receipt) => void }) {
  sent(useResilientWS().send("too early"));
  return null;
}

it("rejects what a server render sends: nobody would ever transmit it (fault 41)", () => {
  const sent = vi.fn<(receipt: Receipt) => void>();
  renderToString(
    <ResilientSocketProvider url="wss://api.example.com/ws">
      <SendsWhileRendering sent={sent} />
    </ResilientSocketProvider>,
  );
  expect(sent.mock.calls[0]?.[0].status.get()).toMatchObject({ kind: "rejected", code: "SSR" });
});

it("shares no client between two renders of a server (fault 41)", async () => {
  const { urlClient } = await import("../../hooks/urlClients.ts");
  expect(urlClient("wss://api.example.com/ws")).not.toBe(urlClient("wss://api.example.com/ws"));
});
