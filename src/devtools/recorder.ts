/** Listens to a client while somebody looks, and keeps the last of what it heard. */
import { createStore, memoised, type WritableStore } from "../client/createStore.ts";
import { type Inspection, inspections } from "../client/inspection.ts";
import type { Clock, Policy, Rows } from "../client/machineTable.ts";
import { readPolicy } from "../client/readPolicy.ts";
import type { ResilientClient } from "../client/ResilientClient.ts";
import type { Store } from "../client/store.ts";
import { type ChannelLine, createChannelBook } from "./channelBook.ts";
import { createPace } from "./createPace.ts";
import { type Books, hear } from "./hear.ts";
import { createMeters, type Sample, type Totals } from "./meters.ts";
import { createMomentBook, type Moment } from "./moments.ts";
import { createPeers, type Peer, type Peers } from "./peers.ts";
import { createTraces, type Trace } from "./traces.ts";
import { type Circumstances, circumstancesOf, type Row } from "./why.ts";

export interface OutboxView {
  readonly rows: readonly Row[];
  readonly now: Circumstances;
}

/** Every store changes at most five times a second, whatever the traffic. */
export interface Recorder {
  readonly client: ResilientClient;
  /** Of the connection: no query, no credentials. */
  readonly name: string;
  readonly inspection: Inspection;
  readonly rows: Rows;
  /** The options as the table reads them: the same for every step. */
  readonly policy: Policy;
  /** Oldest first. */
  readonly moments: Store<readonly Moment[]>;
  readonly outbox: Store<OutboxView>;
  /** Newest first. */
  readonly traces: Store<readonly Trace[]>;
  readonly channels: Store<readonly ChannelLine[]>;
  readonly totals: Store<Totals>;
  /** The other tabs that share the connection, and those whose inspector is open. */
  readonly peers: Store<readonly Peer[]>;
  readonly seenBy: Peers["seen"];
  /** Oldest first, four a second. */
  readonly samples: Store<readonly Sample[]>;
  /** Hears the client from now on; returns the end of it. What was heard is kept. */
  readonly start: () => () => void;
  readonly clear: () => void;
}

const restMs = 200;

/** Stores over what changes outside of them, all told at the same pace. */
const createViews = (clock: Clock) => {
  const stores: WritableStore<unknown>[] = [];
  let version = 0;
  const pace = createPace(
    clock,
    () => {
      version++;
      for (const { notify } of stores) notify();
    },
    restMs,
  );
  const view = <T>(make: () => T): Store<T> => {
    const store = createStore(
      memoised(() => version, make),
      make(),
      () => undefined,
    );
    stores.push(store);
    return store;
  };
  return { pace, view };
};

/** Undefined: the client is of another copy of this package, or none of ours. */
export const createRecorder = (client: ResilientClient): Recorder | undefined => {
  const inspection = inspections.get(client.outbox);
  if (!inspection) return undefined;
  const { outbox, connection, options, ports } = inspection;
  const { clock } = ports;
  const { pace, view } = createViews(clock);
  const books: Books = {
    moments: createMomentBook(clock, pace.ring),
    traces: createTraces(pace.ring),
    channels: createChannelBook(inspection, pace.ring),
    meters: createMeters(client, inspection),
  };
  const { moments, traces, channels, meters } = books;
  const peers = createPeers(client, inspection, pace.ring);
  const waiting = (): readonly Row[] => [...outbox.rows(), ...outbox.waiting];

  /** Calls itself again until it is stopped. */
  const measure = (): (() => void) => {
    let stop = clock.after(meters.everyMs, function again() {
      meters.sample();
      peers.tell();
      pace.ring();
      stop = clock.after(meters.everyMs, again);
    });
    return () => stop();
  };
  const start = (): (() => void) => {
    for (const { id, channel, payload, bytes, queuedAtMs: queuedMs } of waiting())
      if (!traces.get(id)) traces.note(id, () => ({ channel, payload, bytes, queuedMs }));
    const removals = [
      ...hear(client, inspection, books),
      client.tabs.subscribe(pace.ring),
      peers.start(),
      measure(),
      pace.stop,
    ];
    pace.ring();
    return () => {
      for (const remove of removals) remove();
    };
  };

  return {
    client,
    inspection,
    name: connection.name,
    rows: connection.rows,
    policy: readPolicy(options),
    moments: view(moments.all),
    outbox: view(() => ({ rows: waiting(), now: circumstancesOf(client, inspection) })),
    traces: view(traces.all),
    channels: view(channels.lines),
    samples: view(meters.samples),
    totals: view(meters.totals),
    peers: view(peers.all),
    seenBy: peers.seen,
    start,
    clear: () => {
      for (const { clear } of [moments, traces, meters]) clear();
      pace.ring();
    },
  };
};
