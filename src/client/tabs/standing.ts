/** Where the connection is, what the app wants of it, and what this tab shows of the two. */
import type { ConnectionState, DisconnectReason } from "../../core/connectionState.ts";
import type { Event } from "../../core/machine/events.ts";
import type { GroupTerm } from "../../core/ports/tabPorts.ts";
import type { ConnectionHost } from "../connection.ts";
import { createStore } from "../createStore.ts";
import type { TabsState } from "../ResilientClient.ts";
import type { Store } from "../store.ts";

/** Where the connection is, as this tab knows. */
export type Seat =
  | { readonly kind: "none" }
  /** Without a group it leads nobody: the last rung. */
  | { readonly kind: "leading"; readonly as: GroupTerm | undefined }
  | { readonly kind: "following"; readonly leader: string; readonly term: number };

/** What the app wants: a connection, or none and why. `suspended`: the page is away and comes back to it. */
export type Wish = "connection" | DisconnectReason;

export interface StandingHost extends Pick<ConnectionHost, "show"> {
  /** The state of this tab's own connection. */
  readonly own: () => ConnectionState;
  /** What is known of another tab's. */
  readonly borrowed: (hasLeader: boolean) => ConnectionState;
  readonly place: () => Omit<TabsState, "role">;
  /** What is not its own was shown. */
  readonly refreshed: () => void;
  readonly report: (error: unknown) => void;
}

export interface Standing {
  readonly isWanted: () => boolean;
  readonly isLeading: () => boolean;
  /** Whom this tab speaks through. */
  readonly leader: () => string | null;
  /** Under which term it was joined. */
  readonly followedTerm: () => number;
  readonly as: () => GroupTerm | undefined;
  readonly wish: () => Wish;
  readonly state: () => ConnectionState;
  readonly sit: (seat: Seat) => void;
  /** Acts on a new wish, and shows what came of it as an effect of `event`. */
  readonly want: (wish: Wish, event: Event["type"], act: () => void) => void;
  /** Shows what this tab knows of a connection that is not its own, when that is news. */
  readonly refresh: () => void;
  /** Shows its own. */
  readonly show: ConnectionHost["show"];
  readonly tabs: Store<TabsState>;
}

export const nowhere: Seat = { kind: "none" };
const alone: TabsState = { role: "solo", rung: "solo", term: 0 };

export const createStanding = (host: StandingHost): Standing => {
  const { show } = host;
  let wish = "initial" as Wish;
  let seat = nowhere as Seat;
  /** What moved this tab, where it was not the leader. */
  let cause: Event["type"] = "mirrored";
  let shownAs = "";

  const isLeading = (): boolean => seat.kind === "leading";
  const leader = (): string | null => (seat.kind === "following" ? seat.leader : null);
  const followedTerm = (): number => (seat.kind === "following" ? seat.term : 0);
  const as = (): GroupTerm | undefined => (seat.kind === "leading" ? seat.as : undefined);
  const isWanted = (): boolean => wish === "connection";
  const state = (): ConnectionState => {
    if (wish !== "connection") return { name: "disconnected", reason: wish };
    return isLeading() ? host.own() : host.borrowed(leader() !== null);
  };

  const tabsNow = (): TabsState => {
    if (!isWanted()) return alone;
    const place = host.place();
    return { role: place.rung === "solo" ? "solo" : isLeading() ? "leader" : "follower", ...place };
  };
  let tabs = alone;
  const store = createStore(() => tabs, tabs, host.report);

  const refresh = (): void => {
    if (isLeading()) return;
    const now = state();
    const text = JSON.stringify(now);
    if (text === shownAs) return;
    shownAs = text;
    show(now, cause);
    host.refreshed();
  };

  return {
    isWanted,
    isLeading,
    leader,
    followedTerm,
    as,
    wish: () => wish,
    state,
    refresh,
    tabs: store,
    sit: (next) => {
      seat = next;
      const now = tabsNow();
      if (JSON.stringify(now) === JSON.stringify(tabs)) return;
      tabs = now;
      store.notify();
    },
    want: (next, event, act) => {
      wish = next;
      cause = event;
      act();
      refresh();
      cause = "mirrored";
    },
    show: (now, event) => {
      // The attempt it goes on with is shown already.
      if (event === "adopted" && JSON.stringify(now) === shownAs) return;
      shownAs = "";
      show(now, event);
    },
  };
};
