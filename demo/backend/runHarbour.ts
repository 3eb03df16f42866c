import type { ResilientServer } from "../../src/entry/server.ts";
import { boardChannel, chatChannel, instruments, type ChatLine, type Reading } from "../harbour.ts";

const everyMs = 50;
const crewEveryMs = 9_000;
/** What was said before anybody came. */
const earlier = 3;

const crew: readonly ChatLine[] = [
  { from: "Ines", text: "Pilot is on board, the Alma comes through the lock at half past." },
  { from: "Tomas", text: "Crane 4 is free. Slot two, please." },
  { from: "Ines", text: "Wind is turning, keep the second line ready." },
  { from: "Jun", text: "Shore power is up on berth six." },
  { from: "Tomas", text: "Forty boxes left on the Alma." },
  { from: "Jun", text: "Tide gauge checked, two centimetres off the forecast." },
];

const wander = (instrument: (typeof instruments)[number], value: number): number => {
  const pull = (instrument.start - value) * 0.02;
  const next = value + pull + (Math.random() - 0.5) * instrument.step;
  return Number(next.toFixed(instrument.digits + 1));
};

/** Instruments at 20 events a second and a crew that talks, while anybody watches. */
export const runHarbour = (server: ResilientServer): { setVisitors: (count: number) => void } => {
  const values = new Map(instruments.map(({ id, start }) => [id, start as number]));
  let turn = 0;
  let line = 0;
  let timers: readonly NodeJS.Timeout[] = [];

  const measure = (): void => {
    const instrument = instruments[turn++ % instruments.length] ?? instruments[0];
    const value = wander(instrument, values.get(instrument.id) ?? instrument.start);
    values.set(instrument.id, value);
    const reading: Reading = { instrument: instrument.id, value };
    server.publish(boardChannel, reading).catch(console.error);
  };
  const talk = (): void => {
    const idempotencyKey = line < earlier ? { idempotencyKey: `crew:${line}` } : {};
    server.publish(chatChannel, crew[line++ % crew.length], idempotencyKey).catch(console.error);
  };
  // Said once, however often this process starts.
  while (line < earlier) talk();

  return {
    setVisitors: (count) => {
      if (count > 0 === timers.length > 0) return;
      for (const timer of timers) clearInterval(timer);
      timers = count > 0 ? [setInterval(measure, everyMs), setInterval(talk, crewEveryMs)] : [];
    },
  };
};
