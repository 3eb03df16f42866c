/**
 * An exclusive name made of messages, for places without Web Locks: who says that he holds it holds it for `leaseMs`. Safety is the
 * server's fence, as everywhere; a lease only sees to it that two seldom try.
 */

/** How long others believe a holder that fell silent, and how long he believes himself. */
export const leaseMs = 5_000;
const renewEveryMs = 1_500;
/** A living holder contradicts a claim within this time. Each claim is made twice before it counts. */
export const contradictWithinMs = 125;
/** Who claimed with a better right says within this time that he holds it, or was never able to. */
const yieldForMs = 4 * contradictWithinMs;
/** Who asked at about the same time is told apart by id: messages take their time, and each would think himself the elder. */
const sameAgeMs = 50;
/** A successor starts this far above whom he knew, who may have renewed meanwhile. */
const rankStep = 16;
/** Ranks wrap here: what a stranger posted once must not put the name out of reach. */
export const rankLimit = 2 ** 40;

export type LeaseMessage =
  /** Who waited longest has the best right, then the lower id. */
  | { readonly t: "claim"; readonly id: string; readonly waitedMs: number }
  /**
   * The higher rank stays, then the lower id. A rank grows with every renewal and starts above those heard of: so a successor
   * outranks the silent holder, and a newcomer who heard nobody does not outrank an old hand who was busy. Rank 0 is of one who
   * slept: he holds it only if nobody else does.
   */
  | { readonly t: "held"; readonly id: string; readonly rank: number }
  | { readonly t: "free"; readonly id: string }
  /** Taken by one who heard nothing of a holder, and so could not outrank him. */
  | { readonly t: "rob"; readonly id: string }
  | { readonly t: "ask"; readonly id: string };

type MessageOf<T extends LeaseMessage["t"]> = Extract<LeaseMessage, { readonly t: T }>;

/** The last that was heard of a holder. */
export interface Heard {
  readonly id: string;
  readonly rank: number;
  /** Own monotonic clock; -Infinity once it was released. */
  readonly atMs: number;
}

export const unheard: Heard = { id: "", rank: 0, atMs: -Infinity };
export const isFresh = ({ atMs }: Heard, nowMs: number): boolean => nowMs - atMs <= leaseMs;

interface Common {
  /** Of this request, drawn afresh. */
  readonly id: string;
  readonly askedAtMs: number;
  readonly heard: Heard;
}

export type Lease = Common &
  (
    | {
        readonly name: "claiming";
        readonly isSure: boolean;
        readonly dueAtMs: number;
      }
    /** Somebody else holds it or claims it with a better right. */
    | { readonly name: "waiting" }
    | { readonly name: "stealing" }
    | {
        readonly name: "holding";
        readonly rank: number;
        readonly saidAtMs: number;
        /** A task that says it again is under way. */
        readonly isRoused: boolean;
      }
    | { readonly name: "over" }
  );

export type LeaseEvent =
  | { readonly type: "heard"; readonly message: LeaseMessage }
  /** The timer, or the task of `rouse`: both come as tasks that a frozen page does not run. */
  | { readonly type: "due" }
  | { readonly type: "roused" }
  | { readonly type: "released" };

export type LeaseEffect =
  | { readonly type: "post"; readonly message: LeaseMessage }
  /** Replaces the timer that runs. */
  | { readonly type: "arm"; readonly delayMs: number }
  | { readonly type: "rouse" }
  | { readonly type: "granted" }
  | { readonly type: "lost" };

/** Everything impure a turn may read. */
export interface LeaseInput {
  readonly nowMs: number;
  readonly isHidden: boolean;
}

export type LeaseNext = readonly [Lease, ...LeaseEffect[]];
type As<Name extends Lease["name"]> = Extract<Lease, { readonly name: Name }>;

const common = ({ id, askedAtMs, heard }: Lease): Common => ({ id, askedAtMs, heard });
const arm = (delayMs: number): LeaseEffect => ({ type: "arm", delayMs });
const post = (message: LeaseMessage): LeaseEffect => ({ type: "post", message });

const claim = (lease: Lease, nowMs: number, isSure = false): LeaseNext => [
  { ...common(lease), name: "claiming", isSure, dueAtMs: nowMs + contradictWithinMs },
  post({ t: "claim", id: lease.id, waitedMs: nowMs - lease.askedAtMs }),
  arm(contradictWithinMs),
];

const say = (lease: Lease, rank: number, nowMs: number): LeaseNext => [
  { ...common(lease), name: "holding", rank: rank % rankLimit, saidAtMs: nowMs, isRoused: false },
  post({ t: "held", id: lease.id, rank: rank % rankLimit }),
  arm(renewEveryMs),
];

/**
 * Others need not believe in it any more, and whoever took it meanwhile keeps it. But nobody may have: timers of a hidden page come
 * once a minute, and to give up each time would be an outage without need.
 */
const renew = (lease: As<"holding">, nowMs: number): LeaseNext =>
  say(lease, nowMs - lease.saidAtMs > leaseMs ? 0 : lease.rank + 1, nowMs);

const succeed = (lease: Lease, nowMs: number): LeaseNext => {
  const { rank } = lease.heard;
  const [next, ...said] = say(lease, rank ? rank + rankStep : 1, nowMs);
  return [next, ...said, { type: "granted" }];
};

const wait = (lease: Lease, forMs: number): LeaseNext => [{ ...common(lease), name: "waiting" }, arm(forMs)];
const lose = (lease: Lease): LeaseNext => [{ ...common(lease), name: "over" }, { type: "lost" }];

const hearWhileHolding = (lease: As<"holding">, message: LeaseMessage): LeaseNext => {
  const { t, id } = message;
  if (t === "held" && (message.rank > lease.rank || (message.rank === lease.rank && id < lease.id)))
    return lose(lease);
  if (t === "rob") return lose(lease);
  // Answered by a task: this handler runs in a frozen page too, and would vouch for a holder that cannot act.
  return t === "free" || lease.isRoused ? [lease] : [{ ...lease, isRoused: true }, { type: "rouse" }];
};

const isElder = (lease: Lease, { id, waitedMs }: MessageOf<"claim">, nowMs: number): boolean => {
  const byMs = waitedMs - (nowMs - lease.askedAtMs);
  return Math.abs(byMs) > sameAgeMs ? byMs > 0 : id < lease.id;
};

const learn = (heard: Heard, message: LeaseMessage, nowMs: number): Heard => {
  const { t, id } = message;
  if (t === "held") return { id, rank: Math.max(message.rank, heard.rank), atMs: nowMs };
  return t === "free" && heard.id === id ? { ...heard, atMs: -Infinity } : heard;
};

const hear = (before: Lease, message: LeaseMessage, nowMs: number): LeaseNext => {
  const lease: Lease = { ...before, heard: learn(before.heard, message, nowMs) };
  const { name } = lease;
  if (name === "holding") return hearWhileHolding(lease, message);
  if (name !== "waiting" && name !== "claiming") return [lease];
  switch (message.t) {
    case "held":
      return wait(lease, leaseMs);
    case "free":
      return name === "waiting" && lease.heard !== before.heard ? [lease, { type: "rouse" }] : [lease];
    case "claim":
      return name === "claiming" && isElder(lease, message, nowMs) ? wait(lease, yieldForMs) : [lease];
    case "ask":
    case "rob":
      return [lease];
    default:
      return message satisfies never;
  }
};

const act = (lease: Lease, { nowMs, isHidden }: LeaseInput): LeaseNext => {
  switch (lease.name) {
    case "claiming":
      // After a sleep of its own the silence proves nothing; but timers of a hidden page may come a minute late.
      if (nowMs - lease.dueAtMs > leaseMs + (isHidden ? 60_000 : 0)) return claim(lease, nowMs);
      return lease.isSure ? succeed(lease, nowMs) : claim(lease, nowMs, true);
    case "waiting":
      return claim(lease, nowMs);
    case "stealing":
      return succeed(lease, nowMs);
    case "holding":
      return renew(lease, nowMs);
    case "over":
      return [lease];
    default:
      return lease satisfies never;
  }
};

/** How a request begins. `heard` is what this page remembers of the name. */
export const request = (
  how: "queue" | "steal",
  id: string,
  known: { heard: Heard; nowMs: number },
): LeaseNext => {
  const { heard, nowMs } = known;
  const lease: Lease = { id, askedAtMs: nowMs, heard, name: "stealing" };
  if (how === "queue") return claim(lease, nowMs);
  return heard.rank ? [lease, { type: "rouse" }] : [lease, post({ t: "rob", id }), { type: "rouse" }];
};

/** One turn of a request for a lease. Pure. */
export const turnLease = (lease: Lease, event: LeaseEvent, input: LeaseInput): LeaseNext => {
  switch (event.type) {
    case "heard":
      return hear(lease, event.message, input.nowMs);
    case "roused":
      // What roused a claimant is the release he knows of already.
      return lease.name === "claiming" ? [lease] : act(lease, input);
    case "due":
      return act(lease, input);
    case "released": {
      const over: Lease = { ...common(lease), name: "over" };
      return lease.name === "holding" ? [over, post({ t: "free", id: lease.id })] : [over];
    }
    default:
      return event satisfies never;
  }
};
