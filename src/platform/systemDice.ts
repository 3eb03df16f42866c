import type { Dice } from "../core/ports.ts";

const pool = new Uint32Array(256);
let used = pool.length;

/** 32 random bits, drawn a kilobyte at a time. */
function word(): number {
  if (used === pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  return pool[used++] as number;
}

const hex = (bits: number) => bits.toString(16).padStart(8, "0");

/** RFC 9562 §5.4; `crypto.randomUUID` does not exist in insecure contexts. */
function uuid(): string {
  const [a, b, c, d] = [hex(word()), hex(word()), hex(word()), hex(word())] as const;
  const variant = "89ab"[word() & 3];
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${variant}${c.slice(1, 4)}-${c.slice(4)}${d}`;
}

/** Cryptographic dice of a browser or of Node. */
export const systemDice: Dice = { roll: () => word() / 2 ** 32, uuid };
