import type { Clock } from "../core/ports.ts";
import type { Backlog } from "./backlog.ts";
import { checkNumbers } from "./checkNumbers.ts";
import { createBell } from "./createBell.ts";
import type { Channels } from "./channels.ts";
import type { Continuity, Message } from "./message.ts";
import { notifyAll } from "./notifyAll.ts";
import type { PacedOptions } from "./ResilientClient.ts";

type Entry = Message | Continuity;
const isContinuity = (entry: Entry | undefined): entry is Continuity => !!entry && "result" in entry;

export interface BacklogHost {
  readonly channels: Channels;
  readonly clock: Clock;
  readonly report: (error: unknown) => void;
}

export const createBacklog = (
  { channels, clock, report }: BacklogHost,
  channel: string,
  ready: () => void,
  { onContinuity, capacity = 1_000, pace, ...options }: PacedOptions = {},
): Backlog => {
  checkNumbers({ capacity });
  const most = Math.max(Math.ceil(capacity), 1);
  const entries: Entry[] = [];
  const bell = createBell(clock, () => notifyAll([ready], report), pace);
  const full = (): boolean => entries.length >= most;
  const push = (entry: Entry): void => {
    entries.push(entry);
    bell.ring();
  };
  const note = (continuity: Continuity): void => {
    const last = entries.at(-1);
    if (!full()) return push(continuity);
    const { result } = continuity;
    const before = isContinuity(last) ? last.result : undefined;
    // What did no harm, and a refusal said twice, needs no place; two losses in a row are one, and no replay takes the place of one.
    if (result === "kept" || (result === "replayed" && before) || (result === "denied" && before === result))
      return;
    if (!isContinuity(last) || result === "denied" || before === "denied") return push(continuity);
    const missed = Number(last.missed) + Number(continuity.missed);
    entries.splice(-1, 1, { ...continuity, missed: missed >= 0 ? missed : undefined });
  };
  const stop = channels.subscribe(
    channel,
    push,
    { ...options, onContinuity: note },
    {
      // Who waits for a frame only for the sake of the page can take at once; left behind is who cannot.
      full: () => {
        if (full()) bell.hurry();
        return full();
      },
      room: () => (entries.length > most / 2 ? 0 : most - entries.length),
      ended: bell.ring,
    },
  );

  const take: Backlog["take"] = (max = Infinity) => {
    for (let first = entries[0]; isContinuity(first); first = entries[0]) {
      entries.shift();
      if (onContinuity) notifyAll([onContinuity], report, first);
    }
    let count = 0;
    while (count < max && count < entries.length && !isContinuity(entries[count])) count++;
    const taken = entries.splice(0, count) as Message[];
    // Also where nothing but continuities made room.
    channels.readOn(channel);
    return taken;
  };

  return {
    take,
    drain: (handler) => {
      for (let batch = take(); batch.length; batch = take()) notifyAll([handler], report, batch);
    },
    ended: () => channels.ended() && !entries.length,
    stop: () => {
      stop();
      bell.stop();
      entries.length = 0;
    },
  };
};
