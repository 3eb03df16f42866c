import type { Meta } from "@storybook/react-vite";
import {
  configureStore,
  createAction,
  createListenerMiddleware,
  createSlice,
  type PayloadAction,
} from "@reduxjs/toolkit";
import { Provider, useDispatch, useSelector } from "react-redux";
import type { Message, ResilientClient, Settlement, StateName } from "resilient-socket/core";
import { expect, waitFor } from "storybook/test";
import { connected, settled } from "../stage/conditions.ts";
import type { Controls } from "../stage/controls.ts";
import { channel, lines } from "../stage/count.ts";
import { scene, sceneMeta, sees } from "../stage/scene.tsx";
import { Card } from "../ui/Card.tsx";
import { ServerSwitch } from "../ui/ServerSwitch.tsx";

const meta: Meta<Controls> = { title: "Recipes/Redux", ...sceneMeta };
export default meta;

interface Line {
  readonly id: string;
  readonly text: string;
  readonly mark: "sending" | "sent" | Settlement["kind"];
}
interface Room {
  readonly connection: StateName;
  readonly lines: readonly Line[];
}

const initialState: Room = { connection: "disconnected", lines: [] };

const room = createSlice({
  name: "room",
  initialState,
  reducers: {
    /** The name alone: errors are no plain data, and nobody needs them in a store. */
    moved: (state, { payload }: PayloadAction<StateName>) => ({ ...state, connection: payload }),
    heard: (
      state,
      { payload: { id, text } }: PayloadAction<{ readonly id: string; readonly text: string }>,
    ) => {
      const line: Line = { id, text, mark: "sent" };
      const isOwn = state.lines.some((one) => one.id === id);
      return {
        ...state,
        lines: isOwn ? state.lines.map((one) => (one.id === id ? line : one)) : [...state.lines, line],
      };
    },
    sending: (
      state,
      { payload: { id, text } }: PayloadAction<{ readonly id: string; readonly text: string }>,
    ) => ({
      ...state,
      lines: [...state.lines, { id, text, mark: "sending" as const }],
    }),
    settled: (
      state,
      { payload: { id, kind } }: PayloadAction<{ readonly id: string; readonly kind: Settlement["kind"] }>,
    ) => ({
      ...state,
      lines: state.lines.map((one) => (one.id === id && kind !== "acked" ? { ...one, mark: kind } : one)),
    }),
  },
});
const say = createAction<string>("room/say");

/** The socket as a middleware: actions go out, messages and states come in as actions. */
const socketMiddleware = ({ send }: ResilientClient) => {
  const listener = createListenerMiddleware();
  listener.startListening({
    actionCreator: say,
    effect: async ({ payload: text }, { dispatch }) => {
      const receipt = send(text, { channel });
      dispatch(room.actions.sending({ id: receipt.id, text }));
      const { kind } = await receipt.settled;
      dispatch(room.actions.settled({ id: receipt.id, kind }));
    },
  });
  return listener.middleware;
};

const createRoomStore = (client: ResilientClient) => {
  const store = configureStore({
    reducer: room.reducer,
    middleware: (usual) => usual().prepend(socketMiddleware(client)),
  });
  client.subscribe(channel, ({ id, data }: Message) =>
    store.dispatch(room.actions.heard({ id, text: String(data) })),
  );
  client.state.subscribe(() => store.dispatch(room.actions.moved(client.state.get().name)));
  return store;
};

function RoomView() {
  const dispatch = useDispatch();
  const shown = useSelector((state: Room) => state.lines);
  const connection = useSelector((state: Room) => state.connection);
  return (
    <>
      <p className="muted">In the store: {connection}</p>
      <ol className="entries" aria-label="Lines">
        {shown.slice(-5).map(({ id, text, mark }) => (
          <li key={id}>
            {text}
            <span className="tag" data-kind={mark === "sending" ? "queued" : mark}>
              {mark}
            </span>
          </li>
        ))}
        {shown.length === 0 && <li className="muted">Nothing yet</li>}
      </ol>
      <div className="actions">
        <button onClick={() => dispatch(say("hello"))}>Say hello</button>
      </div>
    </>
  );
}

export const Middleware = scene({
  says:
    "A listener middleware sends what an action says and dispatches what became of it; messages and states come in as actions. The " +
    "receipt's id is the message's id when it is heard, so a line that was shown at once becomes the stored one.",
  cast: (stage) => {
    const tab = stage.openTab();
    return { tab, store: createRoomStore(tab) };
  },
  view: ({ tab, store, stage: { world } }) => (
    <Provider store={store}>
      <Card
        client={tab}
        actions={
          <>
            <button
              disabled={!world.isUp()}
              onClick={() => void world.server().publish(channel, "from elsewhere")}
            >
              Somebody says something
            </button>
            <ServerSwitch />
          </>
        }
      >
        <RoomView />
      </Card>
    </Provider>
  ),
  play: async ({ tab, store, stage, canvas, step, userEvent }) => {
    const marks = () => store.getState().lines.map(({ text, mark }) => `${text}: ${mark}`);
    await stage.until(connected(tab));
    await expect(store.getState().connection).toBe("connected");
    await step("shown at once, sent later", async () => {
      stage.world.crashServer();
      await stage.advance(1_000);
      await userEvent.click(await canvas.findByRole("button", { name: "Say hello" }));
      await expect(marks()).toEqual(["hello: sending"]);
      await sees(canvas, "sending");
      await expect(tab.outbox.state.get().depth).toBe(1);
    });
    await step("stored, and heard once", async () => {
      stage.world.startServer();
      await stage.until(settled(tab));
      for (const line of lines(2)) await stage.world.server().publish(channel, line);
      await stage.advance(1_000);
      await waitFor(() => expect(marks()).toEqual(["hello: sent", "line 1: sent", "line 2: sent"]));
    });
  },
});
