import {
  createSocketHooks,
  ResilientSocketProvider,
  useConnectionState,
  useQueueState,
  useResilientClient,
  useResilientWS,
  useSubscription,
} from "resilient-socket";
import type { ConnectionState, Message, QueueState, Receipt, ResilientClient } from "resilient-socket";
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
