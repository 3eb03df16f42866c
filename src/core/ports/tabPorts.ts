/** What the tabs of one origin share. Owned here, implemented in src/platform and src/testing. */

export interface HoldEvents {
  readonly granted: () => void;
  /** It was stolen. */
  readonly lost: () => void;
  /** This place has no locks after all (an opaque frame, plain http). */
  readonly failed: (error: unknown) => void;
}

/** Exclusive names. https://www.w3.org/TR/web-locks/ */
export interface Locks {
  /** Queues for the name, or takes it from whoever holds it. Returns the release, which also leaves the queue. */
  readonly hold: (name: string, how: "queue" | "steal", events: HoldEvents) => () => void;
  /** `signal`: nobody waits for the answer any more, which may never come then. */
  readonly isHeld: (name: string, signal?: AbortSignal) => Promise<boolean>;
}

/** A channel to the other tabs; nobody hears himself. Messages are structured clones, in order per sender. */
export interface Bus {
  readonly post: (message: unknown) => void;
  readonly close: () => void;
}
export type OpenBus = (name: string, hear: (message: unknown) => void) => Bus;

export interface GroupTerm {
  /** 128 random bits. */
  readonly group: string;
  readonly term: number;
}

/** Storage of the origin. Where there is none, group and term live on the bus alone. */
export interface Terms {
  /** In one read-write transaction: the stored group, or `orGroup`, and max(stored term, `atLeast`) + 1. */
  readonly take: (name: string, atLeast: number, orGroup: string) => Promise<GroupTerm>;
}

/** What a page or worker has of it. Whatever is here may still fail when it is used; nothing here throws when it is read. */
export interface TabPorts {
  /** Web Locks. Absent where there are none (plain http); may fail later: an opaque frame has them and throws. */
  readonly locks?: Locks | undefined;
  /** BroadcastChannel. */
  readonly bus?: OpenBus | undefined;
  /** The same by storage events: payload in `newValue`, never read back from the storage. */
  readonly storageBus?: OpenBus | undefined;
  readonly terms: Terms;
  /** Runs `work` as a task of its own that a frozen page does not run: a MessageChannel message, no microtask and no timer. */
  readonly task: (work: () => void) => void;
}

/** What an election runs on: one rung of the ladder. */
export interface RungPorts extends Pick<TabPorts, "terms" | "task"> {
  readonly locks: Locks;
  readonly bus: OpenBus;
}
