/** What the demo's app is about: a harbour with instruments and a crew. */
export interface Reading {
  readonly instrument: InstrumentId;
  readonly value: number;
}

export const instruments = [
  { id: "wind", name: "Wind", unit: "kn", start: 14.2, step: 0.5, digits: 1 },
  { id: "tide", name: "Tide", unit: "m", start: 3.41, step: 0.012, digits: 2 },
  { id: "swell", name: "Swell", unit: "m", start: 1.12, step: 0.03, digits: 2 },
  { id: "water", name: "Water", unit: "°C", start: 11.6, step: 0.06, digits: 1 },
  { id: "crane", name: "Crane 4", unit: "t", start: 27.5, step: 0.9, digits: 1 },
  { id: "fuel", name: "Shore power", unit: "kW", start: 842, step: 6, digits: 0 },
] as const;

export type InstrumentId = (typeof instruments)[number]["id"];

export interface ChatLine {
  readonly from: string;
  readonly text: string;
}

export const chatChannel = "room:harbour";
export const boardChannel = "board";
export const ledgerChannel = (visit: string): `ledger:${string}` => `ledger:${visit}`;
/** What the three tabs of the stage say. */
export const tabsVisit = (visit: string): string => `${visit}:tabs`;
export const tabsLedger = (visit: string): `ledger:${string}` => ledgerChannel(tabsVisit(visit));

/** Longer lines are refused by the server. */
export const longestLine = 140;
