export interface GroupOf {
  /** Of the endpoint. */
  readonly name: string;
  readonly identity?: string | undefined;
  readonly partition?: string | undefined;
}

/** Of what tabs say to each other: tabs of another version are strangers. */
const busVersion = 1;

/**
 * FNV-1a, 128 bits: two users of one browser must not meet by accident, and what else runs on this origin must not read who they
 * are. Not for secrets: who guesses an identity can check the guess. https://datatracker.ietf.org/doc/html/draft-eastlake-fnv
 */
export const fnv1a = (text: string): string => {
  let hash = 0x6c62272e07bb014262b821756295c58dn;
  for (const byte of new TextEncoder().encode(text))
    hash = BigInt.asUintN(128, (hash ^ BigInt(byte)) * 0x1000000000000000000013bn);
  return hash.toString(16).padStart(32, "0");
};

/** One name for lock, bus and term of a group. Synchronous, and without `crypto.subtle`, which plain http does not have. */
export const tabsKey = ({ name, identity, partition }: GroupOf): string =>
  `resilient-socket tabs ${busVersion} ${fnv1a(JSON.stringify([name, identity ?? null, partition ?? null]))}`;
