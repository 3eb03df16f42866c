import type { Inspection } from "../client/inspection.ts";
import type { ResilientClient } from "../client/ResilientClient.ts";
import type { ChannelBook } from "./channelBook.ts";
import type { Meters } from "./meters.ts";
import { type Moment, type MomentBook, stepOf } from "./moments.ts";
import type { Traces } from "./traces.ts";

/** Where what is heard is written down. */
export interface Books {
  readonly moments: MomentBook;
  readonly traces: Traces;
  readonly channels: ChannelBook;
  readonly meters: Meters;
}

const hearMoments = (client: ResilientClient, { on }: Inspection, { moments }: Books): (() => void)[] => [
  on("turned", (turn) => {
    const { before, after, event } = turn;
    moments.add({ from: before.name, to: after.name, event: event.type, step: stepOf(turn) });
  }),
  on("transition", ({ from, to, event }) => {
    // Another tab's table took the step.
    if (client.tabs.get().role === "follower")
      moments.add({ from: from.name, to: to.name, event: event as Moment["event"], step: undefined });
  }),
];

const hearMessages = ({ on, ports }: Inspection, { traces, channels, meters }: Books): (() => void)[] => {
  const { nowMs } = ports.clock;
  return [
    on("queued", ({ id, channel, payload, bytes, queuedAtMs: queuedMs }) =>
      traces.note(id, () => ({ channel, payload, bytes, queuedMs })),
    ),
    on("stored", (rows) => {
      for (const { id } of rows)
        if (traces.get(id)) traces.note(id, ({ storedMs = nowMs() }) => ({ storedMs }));
    }),
    on("transmitted", ({ id, channel, payload, bytes }) =>
      traces.note(id, ({ sentMs = nowMs(), transmissions }) => ({
        channel,
        payload,
        bytes,
        sentMs,
        transmissions: transmissions + 1,
      })),
    ),
    on("settled", ({ id, channel, settlement }) => {
      const settledMs = nowMs();
      const sentMs = traces.get(id)?.sentMs;
      meters.settled(settlement.kind, sentMs === undefined ? undefined : settledMs - sentMs);
      traces.note(id, () => ({ channel, settlement, settledMs }));
    }),
    on("delivered", ({ id, channel, own }) => {
      meters.delivered();
      channels.delivered(channel);
      if (own && traces.get(id)) traces.note(id, ({ seenMs = nowMs() }) => ({ seenMs }));
    }),
    on("continuity", channels.told),
  ];
};

/** Listens to everything; returns the removals. */
export const hear = (client: ResilientClient, inspection: Inspection, books: Books): (() => void)[] => [
  ...hearMoments(client, inspection, books),
  ...hearMessages(inspection, books),
];
