import {
  createSocketHooks,
  ResilientSocketProvider,
  useCanSend,
  useConnectionState,
  useLastMessage,
  useOutbox,
  useQueueState,
  useReceipt,
  useResilientClient,
  useResilientWS,
  useSubscription,
  useTabRole,
} from "resilient-socket";
import type {
  ConnectionState,
  Message,
  OutboxEntry,
  QueueState,
  Receipt,
  ReceiptStatus,
  ResilientClient,
} from "resilient-socket";
import { expectType } from "./expectType.js";

// The plain hooks.
export function Room() {
  const { send, state, queue, reconnect, disconnect } = useResilientWS({
    channel: "room:42",
    onMessage: (message) => expectType<unknown>()(message.data),
  });
  expectType<ConnectionState>()(state);
  expectType<QueueState>()(queue);
  expectType<() => void>()(reconnect);
  expectType<() => void>()(disconnect);
  expectType<Receipt>()(send({ text: "hi" }));

  const saturated = useQueueState((now) => now.saturation > 0.8);
  expectType<boolean>()(saturated);
  const { depth, inFlight, capacity, saturation, oldestAt } = useQueueState();
  expectType<number | null>()(oldestAt);
  expectType<ConnectionState>()(useConnectionState());
  expectType<string>()(useConnectionState((now) => now.name as string));
  expectType<ResilientClient>()(useResilientClient());
  useSubscription("room:42", (message) => expectType<string>()(message.channel));
  return <p>{depth + inFlight + capacity + saturation}</p>;
}

// Messages on their way, and the last one that came.
export function Outbox({ sent, last }: { sent: Receipt; last: Receipt | null }) {
  expectType<readonly OutboxEntry[]>()(useOutbox());
  expectType<readonly OutboxEntry[]>()(useOutbox("room:42"));
  expectType<ReceiptStatus>()(useReceipt(sent));
  expectType<ReceiptStatus | undefined>()(useReceipt(last));
  expectType<boolean>()(useCanSend());
  expectType<"leader" | "follower" | "solo">()(useTabRole());
  expectType<Message | undefined>()(useLastMessage("room:42"));
  expectType<number | undefined>()(useLastMessage("room:42", ({ seq }) => seq ?? 0));
  useLastMessage(
    "room:42",
    ({ id, seq }) => ({ id, seq }),
    (before, now) => {
      expectType<string>()(before.id);
      return before.seq === now.seq;
    },
  );
  // @ts-expect-error a channel has a name
  useLastMessage();
  return null;
}

// One message or many: as the options say.
export function Batches({ enabled }: { enabled?: boolean }) {
  useSubscription("room:42", (message) => expectType<Message>()(message), { batch: false });
  useSubscription("room:42", (message) => expectType<Message>()(message), { enabled, batch: undefined });
  useSubscription("room:42", (messages) => expectType<readonly Message[]>()(messages), { batch: "task" });
  useSubscription("room:42", (messages) => expectType<readonly Message[]>()(messages), {
    batch: "frame",
    filter: (message) => message.own,
    enabled,
  });
  // @ts-expect-error no such rhythm
  useSubscription("room:42", () => undefined, { batch: "second" });
  // @ts-expect-error a batch has no data of its own
  useSubscription("room:42", (messages) => messages.data, { batch: "frame" });
  return null;
}

// Both forms, and nothing to connect to yet.
export function Elsewhere({ client, url }: { client: ResilientClient; url: string | null }) {
  useResilientWS(url, { channel: "room:42" });
  useResilientWS(client);
  useResilientWS(null);
  return null;
}

export function App() {
  return (
    <ResilientSocketProvider url="wss://example.test/ws" identity="ada" auth={() => ({ token: "t" })}>
      <Room />
    </ResilientSocketProvider>
  );
}

export function Unconnected() {
  // @ts-expect-error neither a URL nor a client
  return <ResilientSocketProvider />;
}

// Typed channels, template-literal names and a payload per direction among them.
interface Chat {
  readonly text: string;
}
interface Board {
  readonly send: { readonly move: number };
  readonly receive: { readonly cells: readonly number[] };
}
interface AppChannels {
  lobby: Chat;
  [room: `room:${string}`]: Chat;
  board: Board;
}
const typed = createSocketHooks<AppChannels>();

export function TypedRoom({ id }: { id: string }) {
  const lobby = typed.useResilientWS({
    channel: "lobby",
    onMessage: (message) => expectType<Message<Chat>>()(message),
  });
  lobby.send({ text: "hi" });
  // @ts-expect-error a chat message has a text
  lobby.send({ move: 1 });

  const room = typed.useResilientWS({ channel: `room:${id}` });
  room.send({ text: "hi" });
  // @ts-expect-error a chat message is an object
  room.send("hi");

  const board = typed.useResilientWS({
    channel: "board",
    onMessage: (message) => expectType<readonly number[]>()(message.data.cells),
  });
  board.send({ move: 1 });
  // @ts-expect-error cells are what comes back
  board.send({ cells: [] });

  typed.useSubscription(`room:${id}`, (message) => expectType<string>()(message.data.text));
  typed.useSubscription(`room:${id}`, (messages) => expectType<readonly Message<Chat>[]>()(messages), {
    batch: "frame",
    filter: ({ data }) => data.text !== "",
  });
  typed.useSubscription("board", ({ data }) => expectType<readonly number[]>()(data.cells), { batch: false });
  expectType<Message<Chat> | undefined>()(typed.useLastMessage(`room:${id}`));
  expectType<number | undefined>()(typed.useLastMessage("board", ({ data }) => data.cells.length));
  expectType<readonly OutboxEntry[]>()(typed.useOutbox(`room:${id}`));
  expectType<ReceiptStatus>()(typed.useReceipt(board.send({ move: 1 })));
  expectType<boolean>()(typed.useCanSend());
  expectType<"leader" | "follower" | "solo">()(typed.useTabRole());
  // @ts-expect-error what comes is not what goes
  typed.useLastMessage("board", ({ data }) => data.move);
  // @ts-expect-error no such channel
  typed.useLastMessage("kitchen");
  // @ts-expect-error no such channel
  typed.useOutbox("kitchen");
  // @ts-expect-error no such channel
  typed.useSubscription("kitchen", () => undefined);
  // @ts-expect-error no such channel
  typed.useResilientWS({ channel: "kitchen" });
  return null;
}

// exactOptionalPropertyTypes: a conditional option needs no dance.
export function Optional({ filter }: { filter?: (message: Message) => boolean }) {
  useResilientWS({ channel: "room:42", filter, onMessage: undefined });
  return null;
}
