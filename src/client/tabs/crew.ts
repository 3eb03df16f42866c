/** The followers of this leader: what is posted to them, and whether they still run. */
import type { Clock } from "../../core/ports.ts";
import type { Limits } from "../../protocol/frames.ts";
import type { Mirrored } from "../../core/machine/mirror.ts";
import type { Hub } from "./hub.ts";
import { createMember, type Member } from "./member.ts";
import type { DownItem, FromFollower, FromLeader, Needs, Own } from "./tabMessage.ts";

export interface CrewHost {
  readonly clock: Clock;
  readonly post: (message: Own<FromLeader>) => void;
  readonly hub: () => Hub;
  readonly state: () => { readonly state: Mirrored; readonly refused: readonly string[] };
  /** A tab came. */
  readonly joined: (producers: readonly string[]) => void;
  readonly please: (what: "reconnect" | "wake") => void;
  /** This tab is shown, and ran a task just now. */
  readonly shown: (id: string) => void;
}

export interface Crew {
  readonly heard: (message: FromFollower) => void;
  /** The connection is there, with these limits; null: it is gone. */
  readonly opened: (limits: Limits | null) => void;
  readonly tell: (item: DownItem, to?: readonly string[]) => void;
  readonly moved: () => void;
  readonly ids: () => readonly string[];
  /** One of them numbers with it, besides this one. */
  readonly has: (producer: string, besides: string) => boolean;
  /** Asks the tabs that are shown for a sign of life. */
  readonly askShown: () => void;
  /** One of them needs the connection. */
  readonly isNeeded: () => boolean;
  /** Asks those that were not heard for a while; ms until the next time, Infinity without any. */
  readonly look: () => number;
  /** Posts what waits, now. */
  readonly flush: () => void;
  /** This tab leads no more. */
  readonly leave: () => void;
}

interface Hand {
  readonly member: Member;
  needs: Needs;
  /** Since when it owes an echo; null: it owes none. */
  owesSinceMs: number | null;
  told: number;
  /** Of its last `open`. */
  era: number;
  heardAtMs: number;
}

/** A page that ran no task for so long gets nothing more: its queue would grow while it is frozen. */
const asleepMs = 5_000;
/** A tab that says nothing for so long is asked for a sign of life: one that crashed needs no connection. */
const silentMs = 60_000;

export const createCrew = ({ clock, post, hub, state, joined, please, shown }: CrewHost): Crew => {
  const hands = new Map<string, Hand>();
  /** Until when nobody is asked again who it is. */
  const askedUntilMs = new Map<string, number>();
  let limits: Limits | null = null;
  let era = 0;
  let posted = 0;
  let items: [readonly string[] | null, DownItem][] = [];

  const ids = (): readonly string[] => [...hands.keys()];
  const drop = (id: string): boolean => {
    const hand = hands.get(id);
    if (hand) hub().remove(hand.member);
    return hands.delete(id);
  };
  const remove = (id: string): void => {
    if (drop(id)) moved();
  };
  const tellState = (to: readonly string[]): void => {
    if (to.length) tell({ is: "state", ...state(), crew: ids() }, to);
  };
  const askShown = (): void => tellState(ids().filter((id) => hands.get(id)?.needs === "eyes"));
  const moved = (): void => tellState(ids());
  const flush = (): void => {
    const nowMs = clock.nowMs();
    for (const [id, hand] of hands)
      if (hand.owesSinceMs !== null && nowMs - hand.owesSinceMs > asleepMs) remove(id);
      else if (hand.member.taken > hand.told) {
        hand.told = hand.member.taken;
        items.push([[id], { is: "taken", length: hand.told }]);
      }
    if (!items.length) return;
    posted++;
    for (const hand of hands.values()) hand.owesSinceMs ??= nowMs;
    const sent = items;
    items = [];
    post({ t: "down", n: posted, items: sent });
  };
  const tell = (item: DownItem, to?: readonly string[]): void => {
    if (!items.length) clock.soon(flush);
    items.push([to ?? null, item]);
  };
  /** One frame to several tabs is posted once. */
  const frameTo = (id: string, item: DownItem & { readonly is: "frame" }): void => {
    const last = items.at(-1);
    if (last?.[0] && last[1].is === "frame" && last[1].frame === item.frame) (last[0] as string[]).push(id);
    else tell(item, [id]);
  };

  /** Each begins under an era of its own, or anew: what it said before is not heard. */
  const open = (to: readonly string[]): void => {
    if (!limits || !to.length) return;
    era++;
    for (const id of to) {
      const hand = hands.get(id) as Hand;
      hand.era = era;
      hand.told = hand.member.taken = 0;
    }
    tell({ is: "open", era, limits }, to);
    const frame = hub().authed();
    if (frame) tell({ is: "frame", frame }, to);
  };
  const join = ({ from, producers, needs }: FromFollower & { readonly t: "join" }): void => {
    drop(from);
    askedUntilMs.delete(from);
    const member = createMember(from, new Set(producers), (frame) => frameTo(from, { is: "frame", frame }));
    hands.set(from, { member, needs, owesSinceMs: null, told: 0, era: -1, heardAtMs: clock.nowMs() });
    hub().add(member);
    moved();
    open([from]);
    joined(producers);
  };

  /** Once a second: one that was away answers for all it had not heard at once. */
  const ask = (id: string): void => {
    const nowMs = clock.nowMs();
    for (const [asked, untilMs] of askedUntilMs) if (untilMs <= nowMs) askedUntilMs.delete(asked);
    if (askedUntilMs.has(id)) return;
    askedUntilMs.set(id, nowMs + 1_000);
    tell({ is: "who" }, [id]);
  };

  const look = (): number => {
    const sinceMs = clock.nowMs() - silentMs;
    tellState(ids().filter((id) => (hands.get(id)?.heardAtMs ?? 0) <= sinceMs));
    return hands.size ? silentMs : Infinity;
  };

  return {
    tell,
    flush,
    look,
    moved,
    ids,
    has: (producer, besides) =>
      [...hands].some(([id, { member }]) => id !== besides && member.producers.has(producer)),
    isNeeded: () => [...hands.values()].some(({ needs }) => needs !== "nothing"),
    askShown,
    opened: (now) => {
      limits = now;
      if (now) return open(ids());
      // What was on its way belongs to no connection any more.
      for (const hand of hands.values()) hand.era = -1;
      if (hands.size) tell({ is: "closed" });
    },
    leave: () => {
      for (const id of ids()) drop(id);
      askedUntilMs.clear();
      limits = null;
      items = [];
    },
    heard: (message) => {
      const hand = hands.get(message.from);
      if (message.t === "join") return join(message);
      if (message.t === "please") return please(message.what);
      if (!hand) {
        if (message.t !== "part") ask(message.from);
        return;
      }
      const { member } = hand;
      hand.heardAtMs = clock.nowMs();
      switch (message.t) {
        case "echo":
          hand.owesSinceMs = message.n < posted ? clock.nowMs() : null;
          if (hand.needs === "eyes") shown(message.from);
          return;
        case "needs":
          hand.needs = message.needs;
          return askShown();
        case "part":
          return remove(message.from);
        case "up":
          if (message.era !== hand.era) return;
          member.producers = new Set(message.producers);
          for (const item of message.items) hub().say(member, item);
          if (member.taken > hand.told)
            tell({ is: "taken", length: (hand.told = member.taken) }, [member.id]);
          return;
        default:
          return message satisfies never;
      }
    },
  };
};
