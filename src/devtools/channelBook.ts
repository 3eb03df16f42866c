import type { Inspection } from "../client/inspection.ts";
import type { Continuity } from "../client/message.ts";

/** One channel of this tab. */
export interface ChannelLine {
  readonly name: string;
  readonly handlers: number;
  readonly epoch: string | undefined;
  readonly seq: number | undefined;
  readonly tail: string | undefined;
  /** Events between the cursor and the end of the log at the server's last verdict; undefined where nobody told. */
  readonly lag: number | undefined;
  /** Consumers that read on from a place of their own, behind the channel. */
  readonly apart: number;
  /** The last handler left; the cursor is kept for a while. */
  readonly isIdle: boolean;
  /** Messages handed to this tab since the recording began. */
  readonly delivered: number;
  readonly last:
    (Omit<Continuity, "state" | "channel"> & { /** Unix ms. */ readonly at: number }) | undefined;
}

export interface ChannelBook {
  readonly delivered: (channel: string) => void;
  readonly told: (continuity: Continuity) => void;
  readonly lines: () => readonly ChannelLine[];
}

/** Channels that are gone are forgotten beyond this many. */
const kept = 500;

export const createChannelBook = ({ channels, ports }: Inspection, changed: () => void): ChannelBook => {
  const delivered = new Map<string, number>();
  const last = new Map<string, ChannelLine["last"]>();

  const forget = (): void => {
    for (const book of [delivered, last])
      for (const name of book.keys()) if (book.size > kept && !channels.has(name)) book.delete(name);
  };

  return {
    delivered: (channel) => {
      delivered.set(channel, (delivered.get(channel) ?? 0) + 1);
      changed();
    },
    told: ({ channel, result, replayed, missed, reason }) => {
      last.set(channel, { result, replayed, missed, reason, at: ports.clock.wallMs() });
      forget();
      changed();
    },
    lines: () =>
      [...channels.values()].map(({ name, handlers, cursor, head, dropped }) => ({
        name,
        handlers: handlers.size,
        epoch: cursor?.epoch,
        seq: cursor?.seq,
        tail: cursor?.tail,
        lag: cursor && head !== undefined ? Math.max(0, head - cursor.seq) : undefined,
        apart: [...handlers].filter(({ apart }) => apart !== undefined).length,
        isIdle: dropped || !handlers.size,
        delivered: delivered.get(name) ?? 0,
        last: last.get(name),
      })),
  };
};
