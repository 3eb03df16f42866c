/** One connection for all tabs of a group: this tab leads and has it, or follows and speaks through the tab that has. */
import type { ConnectionState, DisconnectReason } from "../../core/connectionState.ts";
import type { Event } from "../../core/machine/events.ts";
import { mirror, unmirror } from "../../core/machine/mirror.ts";
import { freshMemory, type State } from "../../core/machine/state.ts";
import { tabRows } from "../../core/machine/transitions.ts";
import type { GroupTerm } from "../../core/ports/tabPorts.ts";
import { toConnectionState } from "../../core/toConnectionState.ts";
import { superseded } from "../../protocol/closeCodes.ts";
import type { Connection, ConnectionHost } from "../connection.ts";
import { createConnection } from "../createConnection.ts";
import { createStore } from "../createStore.ts";
import type { ClientOptions } from "../options.ts";
import type { Share } from "../protocol.ts";
import type { TabsState } from "../ResilientClient.ts";
import type { Session } from "../resilient/session.ts";
import { createCrew } from "./crew.ts";
import { createHub, type Hub } from "./hub.ts";
import { createLink, sessionHears } from "./link.ts";
import { createMember } from "./member.ts";
import { runElection, type RunningElection } from "./runElection.ts";
import type { Rung } from "./rungs.ts";
import { readTabMessage, type TabMessage } from "./tabMessage.ts";

/** Where the connection is, as this tab knows. */
type Seat =
  | { readonly kind: "none" }
  | { readonly kind: "leading"; readonly as: GroupTerm | undefined }
  | { readonly kind: "following"; readonly leader: string };

const nowhere: Seat = { kind: "none" };
const fresh: State = { name: "disconnected", reason: "initial", memory: freshMemory };
/** Two tabs that wait for a dead leader need not ask for a sign of life more often than this. */
const pressEveryMs = 1_000;

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
  /** What is known of the connection that this tab does not have; instants are of this tab's clock. */
  let mirrored: State | null = null;
  let offsetMs = 0;
  /** Tabs whose sign-in the server refused; each is tried once before all give up. */
  let refused: readonly string[] = [];
  let shownAs = "";
  /** What moved this tab, where it was not the leader. */
  let cause: Event["type"] = "mirrored";
  let pressedAtMs = -Infinity;
  let unlisten: (() => void) | undefined;
  let own!: Session;
  let hub!: Hub;
  let producers: ReadonlySet<string> = new Set();
  /** The highest term the server told when it refused ours. */
  let knownTerm = 0;

  const me = (): string => (name ??= dice.uuid());
  const isLeading = (): boolean => seat.kind === "leading";
  const isHidden = (): boolean => sensors?.hidden() ?? false;
  const post = (message: TabMessage): void => election?.post(message);
  const leaderId = (): string => (seat.kind === "following" ? seat.leader : "");
  const press = (): void => {
    if (clock.nowMs() - pressedAtMs < pressEveryMs) return;
    pressedAtMs = clock.nowMs();
    election?.dispatch({ type: "pressed" });
  };

  const inner = createConnection(options, {
    ...host,
    rows: tabRows,
    isIdle: () => host.isIdle() && !crew.isSeen(),
    isBorrowing: () => wish === "connection" && !isLeading() && effective().name !== "failed",
    show: (now, event) => {
      if (!isLeading()) return;
      if (now.name === "connected") refused = [];
      if (now.name === "failed" && passOn(now)) return;
      host.show(now, event);
      crew.moved();
      shownAs = "";
      // The lock is still its own, or it would know: nobody else can lead.
      if (now.name === "reconnecting" && inner.closeCode() === superseded)
        election?.dispatch({ type: "fenced", highest: knownTerm });
    },
  });

  const effective = (): ConnectionState => {
    if (wish !== "connection") return { name: "disconnected", reason: wish };
    const state = isLeading() ? inner.machine() : (mirrored ?? fresh);
    const { attempt } = state.memory;
    if (isLeading()) return toConnectionState(state, clock.wallMs() - clock.nowMs());
    if (seat.kind === "following" && state.name !== "disconnected") {
      if (state.name === "connected" && !link.isDone()) return { name: "resuming", attempt };
      return toConnectionState(state, offsetMs);
    }
    return state.name === "failed" || (seat.kind === "following" && mirrored)
      ? toConnectionState(state, offsetMs)
      : { name: "connecting", attempt };
  };
  /** Shows what this tab knows, when that is news. */
  const refresh = (): void => {
    if (isLeading()) return;
    const now = effective();
    const as = JSON.stringify(now);
    if (as === shownAs) return;
    shownAs = as;
    host.show(now, cause);
    inner.keepUp();
  };

  /** A sign-in that was refused is one tab's: each other tab is asked for its own, once. */
  const passOn = ({ recovery }: ConnectionState & { readonly name: "failed" }): boolean => {
    if (recovery.kind === "manual" || refused.includes(me())) return false;
    refused = [...refused, me()];
    if (!crew.ids().some((id) => !refused.includes(id))) return false;
    crew.moved();
    clock.soon(() => election?.dispatch({ type: "yielded" }));
    return true;
  };

  const crew = createCrew({
    clock,
    me,
    post,
    hub: () => hub,
    state: () => ({ state: mirror(inner.machine(), clock.nowMs()), refused }),
    please: (what) => {
      if (what === "reconnect") refused = [];
      if (what === "reconnect" || inner.machine().name === "disconnected") inner.call({ type: "reconnect" });
    },
  });
  const link = createLink({
    clock,
    me,
    post,
    press,
    producers: () => producers,
    session: () => own,
    done: () => {
      refresh();
      own.pump();
    },
  });

  const stop = (): void => {
    if (!isLeading()) return;
    mirrored = inner.machine();
    offsetMs = clock.wallMs() - clock.nowMs();
    seat = nowhere;
    inner.call({ type: "disconnect", reason: "requested" });
    crew.flush();
    crew.leave();
  };
  const lead = (as: GroupTerm | undefined): void => {
    const again = isLeading();
    link.attach(null);
    seat = { kind: "leading", as };
    notifyRole();
    if (again) inner.call({ type: "reconnect" });
    else
      inner.call({
        type: "adopted",
        state:
          mirrored?.name === "failed" && refused.length && !refused.includes(me())
            ? fresh
            : (mirrored ?? fresh),
      });
  };
  const follow = (leader: string | null): void => {
    if (leader !== null && leaderId() === leader) return;
    if (seat.kind === "following" && leader === null) post({ t: "part", from: me(), to: seat.leader });
    link.attach(leader);
    seat = leader === null ? nowhere : { kind: "following", leader };
    if (leader !== null)
      post({ t: "join", from: me(), to: leader, producers: [...producers], hidden: isHidden() });
    notifyRole();
    refresh();
  };

  const hear = (raw: unknown): void => {
    const message = readTabMessage(raw, me());
    if (!message) return;
    if (message.t !== "down") {
      if (isLeading()) crew.heard(message);
      return;
    }
    if (message.from !== leaderId()) return;
    const { from, n, items } = message;
    rungs[rung]?.task(() => post({ t: "echo", from: me(), to: from, n }));
    for (const [to, item] of items) {
      // One before it may have ended this tab's part.
      if (leaderId() !== from || (to && !to.includes(me()))) continue;
      if (item.is === "state") {
        mirrored = unmirror(item.state, clock.nowMs());
        offsetMs = clock.wallMs() - clock.nowMs();
        ({ refused } = item);
      } else if (item.is === "who")
        post({ t: "join", from: me(), to: from, producers: [...producers], hidden: isHidden() });
      else link.heard(item);
    }
    refresh();
    if (effective().name === "connected") own.pump();
  };

  const enter = (): void => {
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
      stepDown: stop,
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
    else stop();
  };

  const listen = (): void => {
    unlisten ??= sensors?.listen((hint) => {
      if (hint === "suspended" && wish === "connection") end("suspended");
      else if (hint === "restored" || (hint === "visible" && wish === "suspended")) {
        if (wish === "suspended") begin();
      } else if (hint === "visible" || hint === "hidden") {
        if (seat.kind === "following")
          post({ t: "shown", from: me(), to: seat.leader, hidden: hint === "hidden" });
        if (hint === "hidden") return;
        election?.dispatch({ type: "shown" });
        if (seat.kind === "following" && mirrored?.name === "disconnected")
          post({ t: "please", from: me(), to: seat.leader, what: "wake" });
      }
    });
  };
  const begin = (): void => {
    wish = "connection";
    cause = "connect";
    listen();
    enter();
    refresh();
    cause = "mirrored";
  };
  const end = (reason: DisconnectReason): void => {
    if (wish === reason) return;
    wish = reason;
    cause = reason === "suspended" ? "suspended" : "disconnect";
    leave();
    refresh();
    cause = "mirrored";
    if (reason === "suspended") return;
    host.rested();
    unlisten?.();
    unlisten = undefined;
    mirrored = null;
  };

  const call: Connection["call"] = (event) => {
    if (event.type === "disconnect") return end(event.reason);
    if (event.type === "connect" || event.type === "reconnect") {
      if (wish !== "connection") return begin();
      if (isLeading()) {
        if (event.type === "reconnect") refused = [];
        return inner.call(event);
      }
      if (event.type === "reconnect" && seat.kind === "following")
        post({ t: "please", from: me(), to: seat.leader, what: "reconnect" });
    }
  };

  const share: Share = (make, socket, numbers) => {
    producers = numbers;
    const through = (): typeof socket => (isLeading() ? ofHub : link);
    const ofHub: typeof socket = {
      ...socket,
      transmit: (data) => socket.isOpen() && (hub.say(local, data), true),
      ask: (frame) => socket.isOpen() && (hub.say(local, frame), true),
    };
    own = make({
      transmit: (data) => through().transmit(data),
      ask: (frame) => through().ask(frame),
      bufferedBytes: () => through().bufferedBytes(),
      isOpen: () => through().isOpen(),
      probe: () => through().probe(),
    });
    const local = createMember("", numbers, (frame) => sessionHears(own, frame));
    hub = createHub({ clock, state: () => effective().name, upkeepIn: inner.dueIn }, socket);
    hub.add(local);
    let limits: Parameters<Session["setLimits"]>[0];
    return {
      ...own,
      hear: {
        ...hub.hear,
        error: (frame) => {
          if (frame.code === "SUPERSEDED") knownTerm = Number(frame.ref) || knownTerm;
          hub.hear.error?.(frame);
        },
      },
      setLimits: (now) => {
        limits = now;
        own.setLimits(now);
      },
      resume: (fits) => {
        const asks = own.resume(fits);
        hub.asked(local, asks.channels);
        return asks;
      },
      welcomed: (verdicts) => {
        for (const verdict of verdicts) hub.hear.subscribed?.({ t: "subscribed", ...verdict });
        own.welcomed([]);
        crew.opened(limits);
      },
      pump: () => {
        own.pump();
        if (!isLeading()) return;
        hub.pump();
        crew.flush();
      },
      upkeep: (rttMs) => {
        own.upkeep(rttMs);
        if (!isLeading()) return;
        hub.pump();
        crew.flush();
      },
      discard: hub.discard,
      tooLarge: () => {
        own.tooLarge();
        crew.tell({ is: "large" });
      },
      closed: () => {
        hub.closed();
        own.closed();
        crew.opened(null);
      },
    };
  };

  const tabsNow = (): TabsState => {
    const role = rung >= rungs.length ? "solo" : isLeading() ? "leader" : "follower";
    return { role, rung: rungs[rung]?.name ?? "solo", term: termNow() };
  };
  const termNow = (): number =>
    seat.kind === "leading" ? (seat.as?.term ?? 0) : (election?.state().known.seenTerm ?? 0);
  let tabs: TabsState = { role: "solo", rung: "solo", term: 0 };
  const store = createStore(() => tabs, tabs, emitter.report);
  const notifyRole = (): void => {
    const now = tabsNow();
    if (JSON.stringify(now) === JSON.stringify(tabs)) return;
    tabs = now;
    store.notify();
  };

  return {
    ...inner,
    call,
    share,
    fence: () => (seat.kind === "leading" ? seat.as : undefined),
    tabs: store,
    state: () => effective().name,
    isConnected: () => effective().name === "connected",
    isLive: () => (isLeading() ? inner.isLive() : wish === "connection" && effective().name !== "failed"),
  };
};
