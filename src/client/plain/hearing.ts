import type { RawData } from "../../core/ports.ts";
import type { Continuity } from "../message.ts";
import type { ProtocolHost } from "../protocol.ts";
import type { Seen } from "./lastSeen.ts";
import type { Parsed, PlainOptions } from "./options.ts";

/** Runs what the app brought; what it throws is reported, counted where it costs something, and answered with undefined. */
export type Contained = <T>(hook: () => T, anomaly?: string) => T | undefined;

export interface Hearing {
  readonly received: (raw: RawData) => void;
  /** To who listens to the channel. */
  readonly tell: (name: string, result: "replayed" | "lost", more: Partial<Continuity>) => void;
}

const parseAny = (raw: RawData): Parsed => {
  if (typeof raw !== "string") return { data: raw };
  try {
    return { data: JSON.parse(raw) as unknown };
  } catch {
    return { data: raw };
  }
};

const usual = "default";

export const createHearing = (
  { parse = parseAny, isAck, isPong, cursorOf }: PlainOptions,
  { channels }: ProtocolHost,
  parts: {
    readonly seen: Seen;
    readonly contained: Contained;
    readonly acked: (ids: readonly string[]) => void;
  },
): Hearing => {
  const { seen, contained, acked } = parts;
  let received = 0;

  const tell: Hearing["tell"] = (name, result, more) => {
    const channel = channels.all.get(name);
    if (channel?.handlers.size) channels.tell(channel, result, more);
  };

  /** The messages in what was received; undefined where that is not to be looked at further. */
  const read = (raw: RawData): readonly (Parsed | undefined)[] | undefined => {
    if (isPong?.(raw)) return;
    const ids = isAck?.(raw);
    if (!ids) return [parse(raw)].flat();
    acked([ids].flat());
    return [];
  };

  const moved = (raw: RawData, message?: Parsed): void => {
    const here = contained(() => cursorOf?.(message, raw));
    if (here !== undefined) seen.move(message?.channel ?? usual, here);
  };

  /** Whether it was delivered. */
  const hear = (message: Parsed): boolean => {
    const { data, channel = usual, id = String(++received), replayed = false } = message;
    if (cursorOf && seen.again(channel, message.id)) return false;
    channels.deliverLoose(channel, { data, id, replayed });
    return true;
  };

  return {
    tell,
    received: (raw) => {
      const messages = contained(() => read(raw), "invalid_frame")?.filter((message) => !!message);
      if (!messages?.length) return messages && moved(raw);
      const late = new Map<string, number>();
      for (const message of messages) {
        const { channel = usual, replayed } = message;
        if (hear(message) && replayed) late.set(channel, (late.get(channel) ?? 0) + 1);
        moved(raw, message);
      }
      for (const [name, replayed] of late) tell(name, "replayed", { replayed });
    },
  };
};
