import type {
  ElectionEffect,
  ElectionEvent,
  ElectionInput,
  ElectionTimer,
} from "../../core/election/events.ts";
import { type Election, newcomer } from "../../core/election/state.ts";
import { elect } from "../../core/election/table.ts";
import type { Clock, Dice } from "../../core/ports.ts";
import type { Bus, GroupTerm, RungPorts } from "../../core/ports/tabPorts.ts";
import { createTimers } from "../timers.ts";
import { readBusMessage, toElectionEvent } from "./busMessage.ts";

export interface ElectionHost {
  /** One name for lock and bus: version, app, and a hash of endpoint name, identity and partition. */
  readonly name: string;
  readonly me: string;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly ports: RungPorts;
  readonly isHidden: () => boolean;
  readonly isPressed: () => boolean;
  /** Open the connection under this term; close one of a lower term first. */
  readonly lead: (as: GroupTerm) => void;
  /** Close the connection now. */
  readonly stepDown: () => void;
  readonly follow: (leader: string | null) => void;
  /** What tabs say besides electing. */
  readonly heard?: ((raw: unknown) => void) | undefined;
  /** This place has no locks or no bus after all: to be left for another rung. */
  readonly failed: (error: unknown) => void;
}

export interface RunningElection {
  readonly state: () => Election;
  readonly dispatch: (event: ElectionEvent) => void;
  /** To the other tabs, with who says it; to nobody while this tab is away. Where the bus takes no more, the rung has failed. */
  readonly post: (message: object) => void;
}

/** The interpreter of the election: performs effects, decides nothing. */
export const runElection = (host: ElectionHost): RunningElection => {
  const { name, me, clock, dice, ports } = host;
  const timers = createTimers<ElectionTimer>(clock);
  let state = newcomer(me);
  let bus: Bus | undefined;
  let release: (() => void) | undefined;
  /** Of one residence: what storage or the lock manager answers to an earlier one is not heard. */
  let era = 0;

  const input = (): ElectionInput => ({
    nowMs: clock.nowMs(),
    dice: dice.roll(),
    isHidden: host.isHidden(),
    isPressed: host.isPressed(),
  });

  const later = (event: ElectionEvent): (() => void) => {
    const asked = era;
    return () => asked === era && dispatch(event);
  };

  /** Told once, and in a turn of its own: the host leaves then, and goes on elsewhere. */
  const fail = (error: unknown): void => clock.soon(() => state.name !== "away" && host.failed(error));
  /** Whether a bus works here is known only by using it: a storage may be denied or full. */
  const attempt = (speak: () => void): void => {
    try {
      speak();
    } catch (error) {
      fail(error);
    }
  };

  const post = (message: object): void => attempt(() => bus?.post({ ...message, from: me }));

  /** Counts the requests for the lock: what an earlier one still says is not heard. */
  let holding = 0;
  const letGo = (): void => {
    holding++;
    release?.();
    release = undefined;
  };
  const hold = (how: "queue" | "steal"): void => {
    letGo();
    const mine = holding;
    const ifCurrent = (then: () => void) => (): void => {
      if (mine === holding) then();
    };
    release = ports.locks.hold(name, how, {
      granted: ifCurrent(() => dispatch({ type: "granted" })),
      lost: ifCurrent(() => {
        release = undefined;
        dispatch({ type: "robbed" });
      }),
      failed: (error) => ifCurrent(() => fail(error))(),
    });
  };

  const hear = (raw: unknown): void => {
    const message = readBusMessage(raw);
    if (!message) return host.heard?.(raw);
    if (message.from === me) return;
    if (message.t === "ping") {
      // Through a task: the handler itself runs in a frozen page too, and would vouch for a leader that cannot act.
      const { from, nonce } = message;
      if (message.to === me || (message.to === "" && state.name === "leading"))
        ports.task(() => state.name === "leading" && post({ t: "pong", to: from, nonce }));
      return;
    }
    if (message.t !== "pong" || message.to === me) dispatch(toElectionEvent(message, me));
  };

  const takeTerm = async (atLeast: number): Promise<void> => {
    const asked = era;
    const orGroup = state.known.group ?? dice.uuid();
    const taken = await ports.terms
      .take(name, atLeast, orGroup)
      .catch(() => ({ group: orGroup, term: atLeast + 1 }));
    if (asked === era) dispatch({ type: "termTaken", ...taken });
  };

  const perform = (effect: ElectionEffect): void => {
    switch (effect.type) {
      case "queueForLock":
        return hold("queue");
      case "stealLock":
        return hold("steal");
      case "releaseLock":
        return letGo();
      case "takeTerm":
        return void takeTerm(effect.atLeast);
      case "askLocks": {
        const asked = era;
        return void ports.locks
          .isHeld(name)
          .catch(() => true)
          .then((isHeld) => asked === era && dispatch({ type: "locksRead", isHeld }));
      }
      case "proveAlive":
        return ports.task(later({ type: "provenAlive", nonce: effect.nonce }));
      case "post":
        return post(effect.message);
      case "arm":
        return timers.arm(effect.timer, effect.delayMs, () => dispatch({ type: `${effect.timer}Due` }));
      case "disarm":
        return timers.clear();
      case "lead":
        return host.lead(effect);
      case "stepDown":
        return host.stepDown();
      case "follow":
        return host.follow(effect.leader);
      default:
        return effect satisfies never;
    }
  };

  const handle = (event: ElectionEvent): void => {
    const before = state;
    const [next, ...effects] = elect(state, event, input());
    state = next;
    if (next.name !== before.name) era++;
    if (next.name !== "away") attempt(() => (bus ??= ports.bus(name, hear)));
    effects.forEach(perform);
    if (state.name !== "away") return;
    bus?.close();
    bus = undefined;
  };

  const waiting: ElectionEvent[] = [];
  let isRunning = false;
  /** Runs to completion: what an effect raises waits its turn. */
  const dispatch = (event: ElectionEvent): void => {
    waiting.push(event);
    if (isRunning) return;
    isRunning = true;
    try {
      for (let next = waiting.shift(); next; next = waiting.shift()) handle(next);
    } finally {
      isRunning = false;
    }
  };

  return { state: () => state, dispatch, post };
};
