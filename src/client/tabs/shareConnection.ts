/** One connection for all tabs of a group: this tab leads and has it, or follows and speaks through the tab that has. */
import { mirror } from "../../core/machine/mirror.ts";
import { tabRows } from "../../core/machine/transitions.ts";
import type { GroupTerm } from "../../core/ports/tabPorts.ts";
import { toConnectionState } from "../../core/toConnectionState.ts";
import { superseded } from "../../protocol/closeCodes.ts";
import type { Connection, ConnectionHost } from "../connection.ts";
import { createConnection } from "../createConnection.ts";
import type { Driver } from "../driver.ts";
import type { ClientOptions } from "../options.ts";
import { createBorrowed } from "./borrowed.ts";
import { createCrew } from "./crew.ts";
import { createHandOver } from "./handOver.ts";
import { createLadder } from "./ladder.ts";
import { createLink } from "./link.ts";
import { createPageLife } from "./pageLife.ts";
import type { Rung } from "./rungs.ts";
import { shareRaw } from "./shareRaw.ts";
import { type SharedSession, shareSession } from "./shareSession.ts";
import { createSignIns } from "./signIns.ts";
import { createStanding, nowhere } from "./standing.ts";
import { createTalk } from "./talk.ts";
import { createWills } from "./wills.ts";

/** `key` makes the name of lock and bus from the connection's. */
export const shareConnection = (
  options: ClientOptions,
  host: ConnectionHost,
  rungs: readonly Rung[],
  key: (name: string) => string,
): Connection => {
  const { clock, dice, sensors } = options.ports;
  const { emitter } = host;
  let name: string | undefined;
  let shared: SharedSession | undefined;
  /** Of a protocol without sessions. */
  let relay: Driver | undefined;
  /** The highest term the server told when it refused ours. */
  let knownTerm = 0;

  const me = (): string => (name ??= dice.uuid());
  const senseless = (): void => emitter.emit("anomaly", { kind: "invalid_tab_message" });
  const producers = (): Iterable<string> => shared?.producers ?? [];
  const isHidden = (): boolean => sensors?.hidden() ?? false;
  const borrowed = createBorrowed(clock);
  const signIns = createSignIns(me);
  const standing = createStanding({
    own: () => toConnectionState(inner.machine(), clock.wallMs() - clock.nowMs()),
    borrowed: (hasLeader) => borrowed.shown(hasLeader, link.isDone()),
    show: host.show,
    refreshed: () => inner.keepUp(),
    place: () => ladder.place(),
    report: emitter.report,
  });
  const { isLeading, isWanted, leader } = standing;
  const state = (): ReturnType<Connection["state"]> => standing.state().name;

  /** Something may come of it. */
  const isLively = (): boolean => isWanted() && state() !== "failed";

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
    chores: () => Math.min(host.chores(), handOver.consider(), crew.look()),
    isIdle: () => host.isIdle() && !crew.isNeeded(),
    isBorrowing: () => !isLeading() && isLively(),
    show: (now, event) => {
      handOver.moved(now);
      if (!isLeading()) return;
      if (now.name === "connected") signIns.forget();
      if (now.name === "failed") {
        signIns.add();
        if (passOn()) return;
      }
      standing.show(now, event);
      crew.moved();
      handOver.consider();
      // The lock is still its own, or it would know: nobody else can lead.
      if (now.name === "reconnecting" && inner.closeCode() === superseded)
        ladder.dispatch({ type: "fenced", highest: knownTerm });
    },
  });
  /** The sign-in failed, and another tab has its own: for the tabs it is an attempt that goes on elsewhere. */
  const passOn = (): boolean => {
    if (!signIns.pass(inner.machine(), crew.ids())) return false;
    crew.moved();
    clock.soon(() => ladder.dispatch({ type: "yielded" }));
    return true;
  };

  // what the election decides

  const stepDown = (): void => {
    if (!isLeading()) return;
    borrowed.set(signIns.shown(inner.machine()));
    signIns.passed();
    standing.sit(nowhere);
    inner.call({ type: "disconnect", reason: "requested" });
    crew.flush();
    crew.leave();
  };
  const lead = (as: GroupTerm | undefined): void => {
    const again = isLeading();
    link.detach();
    standing.sit({ kind: "leading", as });
    if (again) inner.call({ type: "reconnect" });
    else inner.call({ type: "adopted", state: borrowed.state() });
    // It may wake a connection that pauses, once that is this tab's.
    wills.execute();
  };
  const follow = (next: string | null): void => {
    const { term } = ladder.place();
    if (next !== null && leader() === next) {
      if (term <= standing.followedTerm()) return;
      // It has led anew since, and may have forgotten who followed.
      standing.sit({ kind: "following", leader: next, term });
      return talk.join();
    }
    talk.say({ t: "part" });
    borrowed.leave();
    link.detach();
    standing.sit(next === null ? nowhere : { kind: "following", leader: next, term });
    talk.join();
    if (next !== null) wills.pass(next);
    standing.refresh();
  };
  const ladder = createLadder(rungs, {
    name: () => key(inner.name),
    me,
    clock,
    dice,
    isHidden,
    isPressed: () => !host.isIdle(),
    lead,
    stepDown,
    follow,
    heard: (raw) => talk.hear(raw),
  });
  const { post } = ladder;

  // what the tabs say to each other

  const crew = createCrew({
    clock,
    post,
    hub: () => (shared as SharedSession).hub,
    state: () => ({
      state: mirror(signIns.shown(inner.machine()), clock.nowMs()),
      refused: signIns.refused(),
    }),
    joined: (producers) => {
      wills.giveBack(producers);
      inner.dueIn(crew.look());
      passOn();
    },
    please: (what) => {
      if (what === "reconnect") signIns.forget();
      else if (inner.machine().name !== "disconnected") return;
      inner.call({ type: "reconnect" });
    },
    shown: (id) => handOver.offer(id),
  });
  const handOver = createHandOver({
    clock,
    sensors,
    isLeading,
    seek: crew.askShown,
    yieldTo: (to) => ladder.dispatch({ type: "yielded", to }),
  });
  const link = createLink({
    clock,
    say: (message) => talk.say(message),
    producers,
    session: () => (shared as SharedSession).own,
    resumeMs: options.timeouts?.resumeMs ?? 10_000,
    press: () => {
      talk.tellNeeds();
      ladder.dispatch({ type: "pressed" });
    },
    done: () => {
      standing.refresh();
      shared?.own.pump();
    },
  });
  const wills = createWills({
    clock,
    estate: () => host.estate?.(),
    standing,
    post,
    isHere: crew.has,
    senseless,
    dropped: () => emitter.emit("anomaly", { kind: "will_dropped" }),
  });
  const talk = createTalk({
    clock,
    standing,
    me,
    post,
    producers,
    needs: () => (!isHidden() ? "eyes" : host.isIdle() ? "nothing" : "answers"),
    task: ladder.task,
    obey: (item) => {
      if (item.is !== "state") return link.heard(item);
      borrowed.hear(item);
      signIns.hear(item.refused);
    },
    heard: () => {
      if (state() === "connected") shared?.own.pump();
    },
    asked: crew.heard,
    left: wills.hear,
    senseless,
  });

  /** Somebody needs the connection here: it must not stay paused. */
  const wake = (): void => {
    talk.tellNeeds();
    if (borrowed.state().name === "disconnected") talk.say({ t: "please", what: "wake" });
  };

  // what the app and its page want

  const hubHost = { clock, state, upkeepIn: inner.dueIn };
  const { call } = createPageLife({
    sensors,
    standing,
    enter: () => {
      if (!shared) {
        const raw = shareRaw(host.driver(), { ...hubHost, crew, ...inner });
        shared = raw;
        relay = raw.driver;
      }
      handOver.turned();
      ladder.enter();
    },
    leave: (isSuspended) => {
      wills.leave(isSuspended);
      ladder.leave();
    },
    ended: () => {
      borrowed.forget();
      host.rested();
    },
    turned: (to) => {
      handOver.turned();
      inner.dueIn(handOver.consider());
      if (to === "hidden") return talk.tellNeeds();
      ladder.dispatch({ type: "shown" });
      wake();
    },
    act: (event) => {
      if (event.type === "reconnect") {
        signIns.forget();
        talk.say({ t: "please", what: "reconnect" });
      }
      if (isLeading()) inner.call(event);
      else wake();
    },
  });

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
    fence: standing.as,
    feed: wills.feed,
    tabs: standing.tabs,
    group: () => ({
      me: me(),
      leader: isLeading() ? me() : leader(),
      followers: (isLeading() ? crew : borrowed).ids(),
    }),
    state,
    isConnected: () => state() === "connected",
    isLive: () => (isLeading() ? inner.isLive() : isLively()),
  };
};
