/** What a tab knows of the group whatever it is doing. Instants are of its own monotonic clock. */
export interface Knowledge {
  /** This tab's name on the bus: fresh per boot. */
  readonly me: string;
  /** 128 random bits that all tabs of the group present to the server; null until storage or a leader told. */
  readonly group: string | null;
  /** The highest term ever heard of. */
  readonly seenTerm: number;
  /** Somebody led above this tab while it thought it led: it hung, and is slow to steal until it has led again. */
  readonly wasRobbed: boolean;
  /** Before this instant nothing is stolen. */
  readonly mayStealAtMs: number;
  /** How long to wait after the next steal; doubled by each. */
  readonly stealPauseMs: number;
  /** The same for going above who leads elsewhere: two that cannot hear each other take turns, ever slower. */
  readonly mayOutbidAtMs: number;
  readonly outbidPauseMs: number;
}

export interface Leader {
  readonly id: string;
  readonly term: number;
}

/** How a follower watches the leader. A pong proves that a task ran there: a frozen page's handlers answer too. */
export type Watch =
  /** Pinged at the next `pingDue`, which is soon when messages wait. */
  | { readonly kind: "resting"; readonly sinceMs: number; readonly isPressed: boolean }
  | { readonly kind: "asked"; readonly nonce: number; readonly sentAtMs: number; readonly misses: number }
  /** Missed twice: steals when `stealDue` comes and a task of its own has run in time. */
  | { readonly kind: "aiming"; readonly nonce: number; readonly dueAtMs: number }
  | { readonly kind: "proving"; readonly nonce: number };

interface Common<Name extends string> {
  readonly name: Name;
  readonly known: Knowledge;
}

export type Election =
  /** Takes no part: not wanted yet, suspended, detached. Holds nothing. */
  | Common<"away">
  /** In the queue for the lock. */
  | (Common<"waiting"> & { readonly leader: Leader | null; readonly watch: Watch })
  /** The lock is its own, the term is being written. */
  | (Common<"taking"> & { readonly atLeast: number })
  | (Common<"leading"> & { readonly term: number })
  /** Leads no more, and keeps the lock for the tab that was asked to take it: whoever is next in the queue may be hidden too. */
  | Common<"yielding">;

export type ElectionOf<Name extends Election["name"]> = Extract<Election, { readonly name: Name }>;

/** The shortest time between two steals of one tab; each steal doubles it. */
export const stealEveryMs = 10_000;
export const longestStealPauseMs = 160_000;

export const newcomer = (me: string): Election => ({
  name: "away",
  known: {
    me,
    group: null,
    seenTerm: 0,
    wasRobbed: false,
    mayStealAtMs: -Infinity,
    stealPauseMs: stealEveryMs,
    mayOutbidAtMs: -Infinity,
    outbidPauseMs: stealEveryMs,
  },
});
