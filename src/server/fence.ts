/** Remembers the highest term per (subject, group) on this node, and who holds it. */
export interface Fence {
  readonly claim: (subject: string, group: string, term: number, holder: FenceHolder) => FenceAnswer;
  readonly release: (subject: string, group: string, holder: FenceHolder) => void;
}

export interface FenceHolder {
  readonly supersede: (byTerm: number) => void;
}

export type FenceAnswer =
  | { readonly accepted: true }
  | { readonly accepted: false; readonly code: "SUPERSEDED" | "TERM_JUMP"; readonly known: number };

/** A term this far above the known one is no reconnect counter. */
const MAX_JUMP = 1_000_000;
/** Groups without a connection that are remembered; the longest unused go first. */
const MAX_IDLE = 10_000;

interface Claim {
  readonly term: number;
  readonly holder: FenceHolder | undefined;
}

/** A higher term closes the older holder; so does an equal one, because safety never rests on the fence. */
export function createFence(): Fence {
  const claims = new Map<string, Claim>();
  const idle = new Set<string>();
  return {
    claim: (subject, group, term, holder) => {
      const key = JSON.stringify([subject, group]);
      const known = claims.get(key);
      if (known && term < known.term) return { accepted: false, code: "SUPERSEDED", known: known.term };
      if (known && term > known.term + MAX_JUMP)
        return { accepted: false, code: "TERM_JUMP", known: known.term };
      claims.set(key, { term, holder });
      idle.delete(key);
      if (known?.holder && known.holder !== holder) known.holder.supersede(term);
      return { accepted: true };
    },
    release: (subject, group, holder) => {
      const key = JSON.stringify([subject, group]);
      const known = claims.get(key);
      if (known?.holder !== holder) return;
      claims.set(key, { term: known.term, holder: undefined });
      idle.add(key);
      const [oldest] = idle;
      if (idle.size <= MAX_IDLE || oldest === undefined) return;
      idle.delete(oldest);
      claims.delete(oldest);
    },
  };
}
