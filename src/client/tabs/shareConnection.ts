/** One connection for all tabs of a group: this tab leads and has it, or follows and speaks through the tab that has. */
import type { ConnectionState, DisconnectReason } from "../../core/connectionState.ts";
import type { Event } from "../../core/machine/events.ts";
import { mirror } from "../../core/machine/mirror.ts";
import type { State } from "../../core/machine/state.ts";
import { tabRows } from "../../core/machine/transitions.ts";
import type { Hint } from "../../core/ports.ts";
import type { StoredOutbox } from "../../core/ports/outboxStorage.ts";
import type { GroupTerm } from "../../core/ports/tabPorts.ts";
import { toConnectionState } from "../../core/toConnectionState.ts";
import { superseded } from "../../protocol/closeCodes.ts";
import type { Connection, ConnectionHost } from "../connection.ts";
import { createConnection } from "../createConnection.ts";
import { createStore } from "../createStore.ts";
import type { Driver } from "../driver.ts";
import type { ClientOptions } from "../options.ts";
import type { TabsState } from "../ResilientClient.ts";
import { createBorrowed } from "./borrowed.ts";
import { createCrew } from "./crew.ts";
import { createLink } from "./link.ts";
import { runElection, type RunningElection } from "./runElection.ts";
import type { Rung } from "./rungs.ts";
import { shareRaw } from "./shareRaw.ts";
import { type SharedSession, shareSession } from "./shareSession.ts";
import { createSignIns } from "./signIns.ts";
import { type DownItem, type FromFollower, readTabMessage, type Will } from "./tabMessage.ts";

/** Where the connection is, as this tab knows. */
type Seat =
  | { readonly kind: "none" }
  /** Without a group it leads nobody: the last rung. */
  | { readonly kind: "leading"; readonly as: GroupTerm | undefined }
  | { readonly kind: "following"; readonly leader: string };

const nowhere: Seat = { kind: "none" };
const alone: TabsState = { role: "solo", rung: "solo", term: 0 };

/** `key` makes the name of lock and bus from the connection's. */
export const shareConnection = (
  options: ClientOptions,
  host: ConnectionHost,
  rungs: readonly Rung[],
  key: (name: string) => string,
): Connection => {
  const { clock, dice, sensors } = options.ports;
  const { emitter } = host;
  /** What the app wants: a connection, or none and why. `suspended`: the page is away and comes back to it. */
  let wish: "connection" | DisconnectReason = "initial";
  let seat = nowhere as Seat;
  let rung = 0;
  let election: RunningElection | undefined;
  let name: string | undefined;
  let shared: SharedSession | undefined;
  /** Of a protocol without sessions. */
  let relay: Driver | undefined;
  let unlisten: (() => void) | undefined;
  /** What moved this tab, where it was not the leader. */
  let cause: Event["type"] = "mirrored";
  let shownAs = "";
  /** What the tabs are shown while another one is asked to lead. */
  let passing: State | undefined;
  /** What pages left that are gone; the next leader has it sent. */
  const wills: StoredOutbox[] = [];
  /** Whether this tab needs a connection, as the leader was told. */
  let told = false;
  /** The highest term the server told when it refused ours. */
  let knownTerm = 0;
  /** Who follows, as the leader told. */
  let mates: readonly string[] = [];

  const me = (): string => (name ??= dice.uuid());
  const isLeading = (): boolean => seat.kind === "leading";
  const leader = (): string | null => (seat.kind === "following" ? seat.leader : null);
  const isHidden = (): boolean => sensors?.hidden() ?? false;
  const borrowed = createBorrowed(clock);
  const signIns = createSignIns(me);

  // what is shown

  const effective = (): ConnectionState => {
    if (wish !== "connection") return { name: "disconnected", reason: wish };
    return isLeading()
      ? toConnectionState(inner.machine(), clock.wallMs() - clock.nowMs())
      : borrowed.shown(leader() !== null, link.isDone());
  };
  /** Shows what this tab knows of a connection that is not its own, when that is news. */
  const refresh = (): void => {
    if (isLeading()) return;
    const now = effective();
    const as = JSON.stringify(now);
    if (as === shownAs) return;
    shownAs = as;
    host.show(now, cause);
    inner.keepUp();
  };
  const tabsNow = (): TabsState =>
    wish !== "connection"
      ? alone
      : {
          role: rung >= rungs.length ? "solo" : isLeading() ? "leader" : "follower",
          rung: rungs[rung]?.name ?? "solo",
          term: (seat.kind === "leading" ? seat.as?.term : election?.state().known.seenTerm) ?? 0,
        };
  let tabs = alone;
  const store = createStore(() => tabs, tabs, emitter.report);
  const seated = (next: Seat): void => {
    seat = next;
    const now = tabsNow();
    if (JSON.stringify(now) === JSON.stringify(tabs)) return;
    tabs = now;
    store.notify();
  };

  // this tab's own connection, used while it leads

  const inner = createConnection(options, {
    ...host,
    rows: tabRows,
    driver: () => relay ?? host.driver(),
    ticked: () => {
      host.ticked();
      if (!isLeading()) return;
      shared?.hub.pump();
      crew.flush();
    },
    isIdle: () => host.isIdle() && !crew.isNeeded(),
    isBorrowing: () => wish === "connection" && !isLeading() && effective().name !== "failed",
    show: (now, event) => {
      if (!isLeading()) return;
      if (now.name === "connected") signIns.forget();
      if (now.name === "failed") {
        signIns.add();
        if (passOn()) return;
      }
      shownAs = "";
      host.show(now, event);
      crew.moved();
      // The lock is still its own, or it would know: nobody else can lead.
      if (now.name === "reconnecting" && inner.closeCode() === superseded)
        election?.dispatch({ type: "fenced", highest: knownTerm });
    },
  });
  /** The sign-in failed, and another tab has its own: for the tabs it is an attempt that goes on elsewhere. */
  const passOn = (): boolean => {
    const failed = inner.machine();
    if (failed.name !== "failed" || !signIns.hasNext(failed.recovery, crew.ids())) return false;
    passing = { name: "connecting", memory: failed.memory };
    crew.moved();
    clock.soon(() => election?.dispatch({ type: "yielded" }));
    return true;
  };
  const crew = createCrew({
    clock,
    me,
    post: (message) => election?.post(message),
    hub: () => (shared as SharedSession).hub,
    state: () => ({
      state: mirror(passing ?? inner.machine(), clock.nowMs()),
      refused: signIns.refused(),
    }),
    joined: (producers) => {
      host.bequest?.()?.giveBack(producers);
      passOn();
    },
    please: (what) => {
      if (what === "reconnect") signIns.forget();
      else if (inner.machine().name !== "disconnected") return;
      inner.call({ type: "reconnect" });
    },
  });
  const link = createLink({
    clock,
    me,
    post: (message) => election?.post(message),
    producers: () => (shared as SharedSession).producers,
    session: () => (shared as SharedSession).own,
    resumeMs: options.timeouts?.resumeMs ?? 10_000,
    press: () => {
      tellNeeds();
      election?.dispatch({ type: "pressed" });
    },
    done: () => {
      refresh();
      shared?.own.pump();
    },
  });
  const toLeader = (message: (to: string) => FromFollower): void => {
    const to = leader();
    if (to !== null) election?.post(message(to));
  };
  const needs = (): boolean => !isHidden() || !host.isIdle();
  const tellNeeds = (): void => {
    if (needs() === told) return;
    told = needs();
    toLeader((to) => ({ t: "needs", from: me(), to, needs: told }));
  };
  const join = (): void => {
    told = needs();
    toLeader((to) => ({
      t: "join",
      from: me(),
      to,
      producers: [...(shared?.producers ?? [])],
      needs: told,
    }));
  };
  const wake = (): void => {
    tellNeeds();
    if (borrowed.state().name === "disconnected")
      toLeader((to) => ({ t: "please", from: me(), to, what: "wake" }));
  };

  const hubHost = { clock, state: () => effective().name, upkeepIn: inner.dueIn };

  // what the election decides

  const stepDown = (): void => {
    if (!isLeading()) return;
    borrowed.set(passing ?? inner.machine());
    passing = undefined;
    seated(nowhere);
    inner.call({ type: "disconnect", reason: "requested" });
    crew.flush();
    crew.leave();
  };
  const inherit = (left: StoredOutbox): void => {
    try {
      host.bequest?.()?.inherit(left);
    } catch {
      // Whoever wrote it: it must not keep this tab from leading.
      emitter.emit("anomaly", { kind: "invalid_tab_message" });
    }
  };
  const lead = (as: GroupTerm | undefined): void => {
    const again = isLeading();
    link.attach(null);
    seated({ kind: "leading", as });
    wills.splice(0).forEach(inherit);
    if (again) inner.call({ type: "reconnect" });
    else inner.call({ type: "adopted", state: borrowed.state() });
  };
  const follow = (next: string | null): void => {
    if (next !== null && leader() === next) return;
    toLeader((to) => ({ t: "part", from: me(), to }));
    if (next !== null) wills.length = 0;
    mates = [];
    link.attach(next);
    seated(next === null ? nowhere : { kind: "following", leader: next });
    join();
    refresh();
  };

  // what the other tabs say

  const obey = (item: DownItem): void => {
    if (item.is === "state") {
      borrowed.hear(item.state);
      signIns.hear(item.refused);
      mates = item.crew;
    } else if (item.is === "who") join();
    else link.heard(item);
  };
  const inheritFrom = ({ from, left }: Will): void => {
    if (isLeading()) inherit(left);
    // Another leader has heard it too.
    else if (leader() === null || leader() === from) wills.push(left);
  };
  const hear = (raw: unknown): void => {
    const message = readTabMessage(raw, me());
    if (message?.t === "will") return inheritFrom(message);
    if (message?.t !== "down") {
      if (message && isLeading()) crew.heard(message);
      return;
    }
    const { from, n, items } = message;
    if (from !== leader()) return;
    rungs[rung]?.task(() => toLeader((to) => ({ t: "echo", from: me(), to, n })));
    try {
      // One before it may have ended this tab's part.
      for (const [to, item] of items) if (leader() === from && (!to || to.includes(me()))) obey(item);
    } catch {
      emitter.emit("anomaly", { kind: "invalid_tab_message" });
      // What it brought is unknown now: begin anew.
      join();
    }
    refresh();
    tellNeeds();
    if (effective().name === "connected") shared?.own.pump();
  };

  // what the app and its page want

  const enter = (): void => {
    if (!shared) {
      const raw = shareRaw(host.driver(), { ...hubHost, crew, ...inner });
      shared = raw;
      relay = raw.driver;
    }
    const now = rungs[rung];
    if (!now) return lead(undefined);
    election ??= runElection({
      name: key(inner.name),
      me: me(),
      clock,
      dice,
      ports: now,
      isHidden,
      isPressed: () => !host.isIdle(),
      lead,
      stepDown,
      follow,
      heard: (raw) => {
        try {
          hear(raw);
        } catch {
          emitter.emit("anomaly", { kind: "invalid_tab_message" });
        }
      },
      failed: () => {
        leave();
        election = undefined;
        rung++;
        enter();
      },
    });
    election.dispatch({ type: "joined" });
  };
  const leave = (): void => {
    if (election) election.dispatch({ type: "left" });
    else stepDown();
  };
  const because = (event: Event["type"], act: () => void): void => {
    cause = event;
    act();
    refresh();
    cause = "mirrored";
  };
  const begin = (): void => {
    wish = "connection";
    unlisten ??= sensors?.listen(hinted);
    because("connect", enter);
  };
  const bequeath = (): void => {
    const left = host.bequest?.()?.leave();
    if (left) election?.post({ t: "will", from: me(), left } satisfies Will);
  };
  const end = (reason: DisconnectReason): void => {
    wish = reason;
    if (reason === "suspended") bequeath();
    because(reason === "suspended" ? reason : "disconnect", leave);
    if (reason === "suspended") return;
    borrowed.forget();
    host.rested();
    unlisten?.();
    unlisten = undefined;
  };
  const hinted = (hint: Hint): void => {
    if (hint === "suspended" && wish === "connection") return end("suspended");
    if ((hint === "restored" || hint === "visible") && wish === "suspended") return begin();
    if (hint !== "visible" && hint !== "hidden") return;
    tellNeeds();
    if (hint === "hidden") return;
    election?.dispatch({ type: "shown" });
    wake();
  };
  const call: Connection["call"] = (event) => {
    if (event.type === "disconnect") return end(event.reason);
    if (wish !== "connection") return begin();
    if (event.type === "reconnect") {
      signIns.forget();
      toLeader((to) => ({ t: "please", from: me(), to, what: "reconnect" }));
    }
    if (isLeading()) inner.call(event);
    else wake();
  };

  return {
    ...inner,
    call,
    transmit: (data) => (isLeading() ? inner : link).transmit(data),
    bufferedBytes: () => (isLeading() ? inner : link).bufferedBytes(),
    onceGone: (then) => (isLeading() ? then() : link.onceTaken(then)),
    share: shareSession({
      ...hubHost,
      isLeading,
      link,
      crew,
      superseded: (term) => {
        knownTerm = term;
      },
      made: (now) => {
        shared = now;
      },
    }),
    fence: () => (seat.kind === "leading" ? seat.as : undefined),
    tabs: store,
    group: () =>
      isLeading()
        ? { me: me(), leader: me(), followers: crew.ids() }
        : { me: me(), leader: leader(), followers: mates },
    state: () => effective().name,
    isConnected: () => effective().name === "connected",
    isLive: () => (isLeading() ? inner.isLive() : wish === "connection" && effective().name !== "failed"),
  };
};
