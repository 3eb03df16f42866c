/** Handlers that do not stand where their channel stands: they read on by themselves until they do. */
import { missedBetween, place, placeAt, placeBefore } from "../../core/inbox.ts";
import type { Cursor } from "../../protocol/frames.ts";
import { isCursor } from "../../protocol/places.ts";
import type { Channel, Handler } from "../channels.ts";
import type { ProtocolHost } from "../protocol.ts";
import type { Read, ReadAsk, Reads } from "./reads.ts";
import { assemble, toMessage } from "./wire.ts";

/** Events asked for at a time. */
const pageEvents = 1_000;
/** An answer that brought a reader nowhere is not asked for again at once. */
const idleMs = 1_000;

/** Reads on for the handlers of a channel that are apart and have room. */
export const createApart = (
  host: ProtocolHost,
  reads: Reads,
  isOpen: () => boolean,
): ((channel: Channel) => void) => {
  const { channels, queue } = host;
  const reading = new Set<Handler>();

  const readFor = (channel: Channel, handler: Handler): Read => {
    const parts: string[] = [];
    /** Where the channel stood when it was asked. */
    let start: Cursor;
    let moved = false;

    const isOver = (): boolean => !channel.handlers.has(handler) || handler.apart === undefined;
    const moveTo = (here: Cursor): void => {
      moved = true;
      if (!isOver()) handler.apart = here;
      channels.isInStep(channel, handler);
    };
    const end = (): boolean => reading.delete(handler) && !isOver();

    return {
      c: channel.name,
      ask: (): ReadAsk | undefined => {
        const { apart, bound } = handler;
        const limit = Math.min(bound?.room() ?? pageEvents, pageEvents);
        if (isOver() || !channel.cursor || !limit) return void reading.delete(handler);
        start = channel.cursor;
        parts.length = 0;
        moved = false;
        if (isCursor(apart)) return { cursor: placeAt(apart.epoch, apart), limit };
        if (apart === "snapshot") return { snapshot: true, limit };
        const { last } = apart as { readonly last: number };
        return { before: start.seq + 1, limit: Math.min(last, limit) };
      },
      events: ({ epoch, ev }) => {
        for (const event of ev) {
          if (isOver()) return;
          if (!isCursor(handler.apart)) handler.apart = placeBefore(epoch, event);
          if (place(handler.apart, event) !== "next") continue;
          if (!event.hid) {
            if (handler.replayed !== undefined) handler.replayed++;
            channels.hand(handler, toMessage(queue, channel.name, epoch, event, true));
          }
          moveTo(placeAt(epoch, event));
        }
      },
      snapshot: (frame) => {
        const whole = assemble(parts, frame);
        if (!whole || isOver()) return;
        const here = placeAt(frame.epoch, frame);
        const { reason } = frame;
        const missed = missedBetween(handler.apart, here);
        channels.tell(channel, "snapshot", { missed, reason, ...whole }, handler);
        moveTo(here);
      },
      done: () => {
        if (!end()) return;
        // There was nothing before the place where the channel stood.
        if (!isCursor(handler.apart)) moveTo(start);
        if (!channels.isInStep(channel, handler)) readOn(channel, moved ? 0 : idleMs);
      },
      refused: (code, reason) => {
        if (!end()) return;
        if (code === "DENIED") return channels.tell(channel, "denied", { reason }, handler);
        const missed = channel.cursor && missedBetween(handler.apart, channel.cursor);
        handler.apart = handler.replayed = undefined;
        channels.tell(channel, "lost", { missed, reason }, handler);
      },
    };
  };

  const readOn = (channel: Channel, delayMs = 0): void => {
    // Without a place or a connection: when the channel is live.
    if (!channel.cursor || !isOpen()) return;
    for (const handler of channel.handlers) {
      if (handler.apart === undefined || reading.has(handler) || handler.bound?.room() === 0) continue;
      reading.add(handler);
      reads.add(readFor(channel, handler), delayMs);
    }
  };
  return readOn;
};
