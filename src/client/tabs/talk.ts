/** What a follower and its leader say of each other's page and connection; messages and channels go by `link` and `crew`. */
import type { Clock } from "../../core/ports.ts";
import type { Standing } from "./standing.ts";
import {
  type DownItem,
  type FromFollower,
  type FromLeader,
  type Needs,
  type Own,
  readTabMessage,
  type Will,
} from "./tabMessage.ts";

type Unaddressed<M> = M extends unknown ? Omit<M, "from" | "to"> : never;

export interface TalkHost {
  readonly clock: Pick<Clock, "nowMs">;
  readonly standing: Standing;
  readonly me: () => string;
  readonly post: (message: Own<FromFollower>) => void;
  readonly producers: () => Iterable<string>;
  readonly needs: () => Needs;
  readonly task: (work: () => void) => void;
  readonly obey: (item: DownItem) => void;
  /** All of a message of the leader. */
  readonly heard: () => void;
  /** To this tab while it leads. */
  readonly asked: (message: FromFollower) => void;
  readonly left: (will: Will) => void;
  readonly senseless: () => void;
}

export interface Talk {
  readonly hear: (raw: unknown) => void;
  /** To the leader, where there is one. */
  readonly say: (message: Unaddressed<FromFollower>) => void;
  readonly join: () => void;
  readonly tellNeeds: () => void;
}

/** How often a tab begins anew at most, in ms, with a leader that says what makes no sense. */
const joinEveryMs = 1_000;

export const createTalk = (host: TalkHost): Talk => {
  const { clock, standing, needs, senseless } = host;
  const { leader } = standing;
  /** As the leader was told. */
  let told: Needs = "nothing";

  const say: Talk["say"] = (message) => {
    const to = leader();
    if (to !== null) host.post({ ...message, to });
  };
  const tellNeeds = (): void => {
    if (needs() === told) return;
    told = needs();
    say({ t: "needs", needs: told });
  };
  let joinedAtMs = -Infinity;
  /** Something it said was not understood: what stands there is unknown. */
  let isUnsure = false;
  const join = (): void => {
    joinedAtMs = clock.nowMs();
    isUnsure = false;
    told = needs();
    say({ t: "join", producers: [...host.producers()], needs: told });
  };

  /** The leader's last post, until a task has run after it: one task, or they would pile up in a frozen page, which hears them all. */
  let owed: FromLeader | undefined;
  const echo = (): void => {
    if (owed && owed.from === leader()) say({ t: "echo", n: owed.n });
    owed = undefined;
  };

  const follow = (message: FromLeader): void => {
    const { from, items } = message;
    if (from !== leader()) return;
    const me = host.me();
    if (!owed) host.task(echo);
    owed = message;
    try {
      // One before it may have ended this tab's part.
      for (const [to, item] of items)
        if (leader() === from && (!to || to.includes(me)))
          if (item.is === "who") join();
          else host.obey(item);
    } catch {
      senseless();
      isUnsure = true;
    }
    if (isUnsure && clock.nowMs() - joinedAtMs >= joinEveryMs) join();
    standing.refresh();
    tellNeeds();
    host.heard();
  };

  return {
    say,
    join,
    tellNeeds,
    hear: (raw) => {
      try {
        const message = readTabMessage(raw, host.me());
        if (message?.t === "down") follow(message);
        else if (message?.t === "will") host.left(message);
        else if (message && standing.isLeading()) host.asked(message);
      } catch {
        senseless();
      }
    },
  };
};
