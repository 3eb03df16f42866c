/** The connection as a store in the Redux DevTools extension. https://github.com/reduxjs/redux-devtools */
import type { ResilientClient } from "../client/ResilientClient.ts";
import { inspections } from "../client/inspection.ts";
import { stepOf } from "./moments.ts";
import { replacer } from "./plain.ts";

/** As the extension has it; the part that is used. */
export interface ReduxDevtoolsExtension {
  readonly connect: (options: object) => {
    readonly init: (state: unknown) => void;
    readonly send: (action: object, state: unknown) => void;
  };
}

/** Under which name, and to which extension. */
export interface ReduxDevtoolsOptions {
  /** Default: the name of the connection. */
  readonly name?: string | undefined;
  /** Default: the browser's, if it is installed. */
  readonly extension?: ReduxDevtoolsExtension | undefined;
}

const installed = (): ReduxDevtoolsExtension | undefined =>
  (globalThis as { __REDUX_DEVTOOLS_EXTENSION__?: ReduxDevtoolsExtension }).__REDUX_DEVTOOLS_EXTENSION__;

/**
 * Sends every step of the machine as an action, and how every message ended; never a payload. The extension only looks: what it
 * dispatches is not heard, since a connection cannot be put back in time. Returns the end; without the extension nothing happens.
 */
export const connectReduxDevtools = (
  client: ResilientClient,
  { name, extension = installed() }: ReduxDevtoolsOptions = {},
): (() => void) => {
  const inspection = inspections.get(client.outbox);
  if (!extension || !inspection) return () => undefined;
  const { connection, on } = inspection;
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value, replacer(true))) as unknown;
  const state = (): unknown =>
    plain({ connection: client.state.get(), tabs: client.tabs.get(), outbox: client.outbox.state.get() });
  const tools = extension.connect({
    name: name ?? connection.name,
    features: { jump: false, skip: false, reorder: false, dispatch: false, export: true, pause: true },
  });
  tools.init(state());
  const removals = [
    on("turned", (turn) => {
      const { event, input, effects } = stepOf(turn);
      tools.send(plain({ ...event, type: `machine/${event.type}`, input, effects }) as object, state());
    }),
    on("settled", ({ id, channel, settlement }) =>
      tools.send({ type: `outbox/${settlement.kind}`, id, channel, settlement }, state()),
    ),
    on("continuity", ({ state: _, ...continuity }) =>
      tools.send({ type: `channel/${continuity.result}`, ...continuity }, state()),
    ),
  ];
  return () => removals.forEach((remove) => remove());
};
