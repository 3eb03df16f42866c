import type { Dice } from "../core/ports.ts";

/** Dice that fall the same for the same seed. */
export interface SeededDice extends Dice {
  /** Independent dice for `name`: drawing from one never moves the other. */
  readonly fork: (name: string) => SeededDice;
  /** An integer in [0, below). */
  readonly pick: (below: number) => number;
  /** True with this probability. */
  readonly chance: (probability: number) => boolean;
  readonly oneOf: <T>(items: readonly T[]) => T;
}

/** FNV-1a, 32 bits. http://www.isthe.com/chongo/tech/comp/fnv/ */
const hash = (text: string): number => {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
};

/** SplitMix32: each state is an odd constant further, then mixed. */
const splitMix = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
};

const hex = (value: number): string => value.toString(16).padStart(8, "0");

/** Dice that fall the same way for the same seed. Not for secrets. */
export const seededDice = (seed: number | string): SeededDice => {
  const next = splitMix(hash(String(seed)));
  const roll = (): number => next() / 0x1_0000_0000;
  const pick = (below: number): number => Math.floor(roll() * below);
  return {
    roll,
    pick,
    chance: (probability) => roll() < probability,
    oneOf: (items) => {
      if (items.length === 0) throw new RangeError("oneOf needs at least one item");
      return items[pick(items.length)]!;
    },
    uuid: () => {
      const [a, b, c, d] = [next(), next(), next(), next()].map(hex) as [string, string, string, string];
      const variant = "89ab"[Number.parseInt(c[0]!, 16) & 3]!;
      return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${variant}${c.slice(1, 4)}-${c.slice(4)}${d}`;
    },
    fork: (name) => seededDice(`${seed}/${name}`),
  };
};
