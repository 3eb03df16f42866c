import {
  createResilientClient,
  type ConnectionState,
  type Receipt,
  type ResilientClient,
  type Settlement,
} from "resilient-socket/core";
import { expectType } from "./expectType.js";

// Options: what is absent may be undefined only where the type says so.
const client = createResilientClient({ url: "wss://example.test/ws", identity: undefined });
expectType<ResilientClient>()(client);
// @ts-expect-error there is no client without a URL
createResilientClient({});
// @ts-expect-error a misspelt option is not swallowed
createResilientClient({ url: "wss://example.test/ws", identitiy: "ada" });

// A state carries only its own data.
export function describe(state: ConnectionState): string {
  switch (state.name) {
    case "disconnected":
      expectType<"initial" | "requested" | "suspended" | "logout" | "disposed">()(state.reason);
      // @ts-expect-error nothing is retried here
      return String(state.attempt);
    case "connecting":
    case "authenticating":
    case "resuming":
      expectType<number>()(state.attempt);
      return "soon";
    case "connected":
      // @ts-expect-error a live connection has no error
      return String(state.lastError);
    case "reconnecting":
      expectType<number>()(state.retryAt);
      return state.recovery.kind === "automatic" ? String(state.recovery.at) : state.recovery.kind;
    case "failed":
      return state.code;
    default:
      return state satisfies never;
  }
}

// A settlement narrows on `kind`, and acked on which of its two figures it has.
export function explain(settlement: Settlement): string {
  switch (settlement.kind) {
    case "acked":
      return "seq" in settlement ? String(settlement.seq) : `at most ${settlement.seqAtMost}`;
    case "rejected":
      expectType<"client" | "server">()(settlement.by);
      return settlement.code + String(settlement.current?.tail);
    case "expired":
    case "evicted":
    case "aborted":
    case "uncertain":
    case "sent":
      // @ts-expect-error only a rejection names a code
      return settlement.code;
    default:
      return settlement satisfies never;
  }
}

const receipt = client.send({ text: "hello" }, { channel: "room:1" });
expectType<Receipt>()(receipt);
expectType<Promise<Settlement>>()(receipt.settled);
expectType<Promise<boolean>>()(receipt.accepted);
const status = receipt.status.get();
if (status.kind !== "waiting" && status.kind !== "queued" && status.kind !== "inFlight") {
  expectType<Settlement>()(status);
}

// Every method may be passed unbound; a handler gets `unknown` until it looks.
const { send, connect, subscribe } = client;
connect();
send("text", { expected: { seq: 1, tail: "t" } });
const unsubscribe = subscribe("room:1", (message) => {
  expectType<unknown>()(message.data);
  expectType<number | undefined>()(message.seq);
});
expectType<() => void>()(unsubscribe);
// @ts-expect-error what a store holds is read-only
client.state.get().name = "connected";
