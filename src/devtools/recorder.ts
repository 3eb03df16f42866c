/** Listens to a client while somebody looks, and keeps the last of what it heard. */
import { createStore, memoised, type WritableStore } from "../client/createStore.ts";
import { type Inspection, inspections } from "../client/inspection.ts";
import type { Policy, Rows } from "../client/machineTable.ts";
import { readPolicy } from "../client/readPolicy.ts";
import type { ResilientClient } from "../client/ResilientClient.ts";
import type { Store } from "../client/store.ts";
import { type ChannelLine, createChannelBook } from "./channelBook.ts";
import { createMeters, type Sample, type Totals } from "./meters.ts";
import { createPace } from "./createPace.ts";
import { type Moment, stepOf } from "./moments.ts";
import { createPeers, type Peer, type Peers } from "./peers.ts";
import { createTraces, type Trace } from "./traces.ts";
import type { Circumstances, Row } from "./why.ts";

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
  /** Other tabs of the browser whose inspector is open too. */
  readonly peers: Store<readonly Peer[]>;
  readonly seenBy: Peers["seen"];
  /** Oldest first, four a second. */
  readonly samples: Store<readonly Sample[]>;
  /** Hears the client from now on; returns the end of it. What was heard is kept. */
  readonly start: () => () => void;
  readonly clear: () => void;
}

const keptMoments = 1_000;
const restMs = 200;

/** Undefined: the client is of another copy of this package, or none of ours. */
export const createRecorder = (client: ResilientClient): Recorder | undefined => {
  const inspection = inspections.get(client.outbox);
  if (!inspection) return undefined;
  const { ports, connection, driver, outbox, on } = inspection;
  const { clock } = ports;
  let moments: readonly Moment[] = [];
  let counted = 0;
  let version = 0;
  const traces = createTraces();
  const channels = createChannelBook(inspection);
  const meters = createMeters(client, inspection);
  const nothing = (): void => undefined;

  const stores: WritableStore<unknown>[] = [];
  const view = <T>(make: () => T): Store<T> => {
    const store = createStore(
      memoised(() => version, make),
      make(),
      nothing,
    );
    stores.push(store);
    return store;
  };
  const pace = createPace(
    clock,
    () => {
      version++;
      for (const { notify } of stores) notify();
    },
    restMs,
  );

  const add = (moment: Omit<Moment, "n" | "at">): void => {
    const earlier = moments.length < keptMoments ? moments : moments.slice(-keptMoments + 1);
    moments = [...earlier, { n: ++counted, at: clock.wallMs(), ...moment }];
    pace.ring();
  };
  const note: typeof traces.note = (id, change) => {
    traces.note(id, change);
    pace.ring();
  };
  const peers = createPeers(client, inspection, pace.ring);
  const isFollower = (): boolean => client.tabs.get().role === "follower";

  const hear = (): (() => void)[] => [
    on("turned", (turn) => {
      const { before, after, event } = turn;
      add({ from: before.name, to: after.name, event: event.type, step: stepOf(turn) });
    }),
    on("transition", ({ from, to, event }) => {
      if (isFollower())
        add({ from: from.name, to: to.name, event: event as Moment["event"], step: undefined });
    }),
    on("queued", ({ id, channel, payload, bytes, queuedAtMs: queuedMs }) =>
      note(id, () => ({ channel, payload, bytes, queuedMs })),
    ),
    on("transmitted", ({ id, channel, payload, bytes }) =>
      note(id, ({ sentMs = clock.nowMs(), transmissions }) => ({
        channel,
        payload,
        bytes,
        sentMs,
        transmissions: transmissions + 1,
      })),
    ),
    on("settled", ({ id, channel, settlement }) => {
      const settledMs = clock.nowMs();
      const sentMs = traces.get(id)?.sentMs;
      meters.settled(settlement.kind, sentMs === undefined ? undefined : settledMs - sentMs);
      note(id, () => ({ channel, settlement, settledMs }));
    }),
    on("delivered", ({ id, channel, own }) => {
      meters.delivered();
      channels.delivered(channel);
      if (own && traces.get(id)) note(id, ({ seenMs = clock.nowMs() }) => ({ seenMs }));
      else pace.ring();
    }),
    on("continuity", (continuity) => {
      channels.told(continuity);
      pace.ring();
    }),
    client.tabs.subscribe(pace.ring),
  ];

  const seed = (): void => {
    for (const { id, channel, payload, bytes, queuedAtMs: queuedMs } of [...outbox.rows(), ...outbox.waiting])
      if (!traces.get(id)) note(id, () => ({ channel, payload, bytes, queuedMs }));
  };

  return {
    client,
    inspection,
    name: connection.name,
    rows: connection.rows,
    policy: readPolicy(inspection.options),
    moments: view(() => moments),
    outbox: view(() => ({
      rows: [...outbox.rows(), ...outbox.waiting],
      now: {
        nowMs: clock.nowMs(),
        now: clock.wallMs(),
        state: client.state.get(),
        online: (globalThis as { navigator?: { onLine?: boolean } }).navigator?.onLine !== false,
        isFollower: isFollower(),
        window: driver.terms?.().window ?? Infinity,
        windowBytes: driver.terms?.().windowBytes ?? Infinity,
        bufferedBytes: driver.bufferedBytes(),
        isWaiting: (row) => outbox.waiting.has(row),
      },
    })),
    traces: view(traces.all),
    channels: view(channels.lines),
    samples: view(meters.samples),
    totals: view(meters.totals),
    peers: view(peers.all),
    seenBy: peers.seen,
    start: () => {
      seed();
      const removals = [...hear(), peers.start()];
      const measure = (): (() => void) =>
        clock.after(meters.everyMs, () => {
          meters.sample();
          peers.tell();
          pace.ring();
          stop = measure();
        });
      let stop = measure();
      pace.ring();
      return () => {
        stop();
        pace.stop();
        for (const remove of removals) remove();
      };
    },
    clear: () => {
      moments = [];
      traces.clear();
      meters.clear();
      pace.ring();
    },
  };
};
