export type ElectionTimer = "ping" | "pong" | "steal" | "yield" | "outbid";

export type ElectionEvent =
  /** This tab wants the connection. */
  | { readonly type: "joined" }
  /** It wants it no more, or its page leaves (`pagehide`, `freeze`). */
  | { readonly type: "left" }
  /** The lock is its own now. */
  | { readonly type: "granted" }
  /** The lock was stolen. */
  | { readonly type: "robbed" }
  /** The next term is written: nobody else has it. */
  | { readonly type: "termTaken"; readonly group: string; readonly term: number }
  /** The server knows a higher term of this group: close code 4014. */
  | { readonly type: "fenced"; readonly highest: number }
  /** Another tab would lead better: the one named, which is awake, or whoever is next. */
  | { readonly type: "yielded"; readonly to?: string | undefined }
  // the bus
  | { readonly type: "leadHeard"; readonly from: string; readonly group: string; readonly term: number }
  | {
      readonly type: "byeHeard";
      readonly from: string;
      readonly term: number;
      /** This tab is asked to take over. */
      readonly isForMe: boolean;
    }
  | { readonly type: "helloHeard"; readonly from: string }
  | { readonly type: "pongHeard"; readonly from: string }
  /** What `askLocks` found: whether anybody but this tab holds the lock. */
  | { readonly type: "locksRead"; readonly isHeld: boolean }
  /** The task that `proveAlive` asked for has run. */
  | { readonly type: "provenAlive"; readonly nonce: number }
  // timers
  | { readonly type: "pingDue" }
  | { readonly type: "pongDue" }
  | { readonly type: "stealDue" }
  | { readonly type: "yieldDue" }
  | { readonly type: "outbidDue" }
  // the page
  | { readonly type: "shown" }
  /** A message waits for the server: a dead leader must be noticed sooner. */
  | { readonly type: "pressed" };

export type ElectionEventOf<Type extends ElectionEvent["type"]> = Extract<
  ElectionEvent,
  { readonly type: Type }
>;

/** Everything impure a step may read. */
export interface ElectionInput {
  readonly nowMs: number;
  /** In [0, 1), fresh per event. */
  readonly dice: number;
  readonly isHidden: boolean;
  /** This tab has messages that are not settled. */
  readonly isPressed: boolean;
}

export type ElectionEffect =
  | { readonly type: "queueForLock" }
  | { readonly type: "stealLock" }
  /** Gives the lock back, or leaves its queue. */
  | { readonly type: "releaseLock" }
  /** In one read-write transaction: group (made when there is none), and term = max(stored, `atLeast`) + 1. */
  | { readonly type: "takeTerm"; readonly atLeast: number }
  | { readonly type: "askLocks" }
  /** Runs a task of this page that a frozen or hung page would not run. */
  | { readonly type: "proveAlive"; readonly nonce: number }
  | { readonly type: "post"; readonly message: ElectionPost }
  | { readonly type: "arm"; readonly timer: ElectionTimer; readonly delayMs: number }
  | { readonly type: "disarm" }
  /** Open the connection under this term; replaces one of a lower term. */
  | { readonly type: "lead"; readonly group: string; readonly term: number }
  /** Close the connection at once. */
  | { readonly type: "stepDown" }
  /** Speak through this tab from now on; null: nobody leads. */
  | { readonly type: "follow"; readonly leader: string | null };

/** What the election says on the bus; the shell adds who says it. */
export type ElectionPost =
  | { readonly t: "lead"; readonly group: string; readonly term: number }
  /** `to`: who is asked to take the lock. */
  | { readonly t: "bye"; readonly term: number; readonly to?: string | undefined }
  | { readonly t: "hello" }
  | { readonly t: "ping"; readonly to: string; readonly nonce: number };
