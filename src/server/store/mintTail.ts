import type { Dice } from "../../core/ports.ts";

const half = (roll: number) =>
  Math.floor(roll * 2 ** 32)
    .toString(36)
    .padStart(7, "0");

/** 8 random bytes as 14 characters of base 36: compared for equality only, safe in JSON without escaping. */
export const mintTail = (dice: Dice): string => half(dice.roll()) + half(dice.roll());
