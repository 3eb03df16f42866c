/** Every pair of state and event of the election. A pair is a step, or absent: then nothing happens. */
import type { ElectionEvent, ElectionEventOf, ElectionInput } from "./events.ts";
import type { Election, ElectionOf } from "./state.ts";
import {
  hearHeir,
  hearRival,
  lead,
  leaveLeading,
  loseLock,
  outbid,
  present,
  rise,
  take,
  yieldLead,
} from "./leading.ts";
import { hearBye, hearLead, join, leave, rejoin, requeue } from "./queueing.ts";
import type { ElectionNext } from "./step.ts";
import { hearPong, hurry, missPong, ping, press, proveAlive, readLocks, steal } from "./watching.ts";

type Row<S extends Election["name"]> = {
  readonly [E in ElectionEvent["type"]]?: (
    state: ElectionOf<S>,
    event: ElectionEventOf<E>,
    input: ElectionInput,
  ) => ElectionNext;
};

const electionRows: { readonly [S in Election["name"]]: Row<S> } = {
  away: { joined: join },
  waiting: {
    left: leave,
    granted: take,
    robbed: requeue,
    leadHeard: hearLead,
    byeHeard: hearBye,
    pongHeard: hearPong,
    locksRead: readLocks,
    provenAlive: steal,
    pingDue: ping,
    pongDue: missPong,
    stealDue: proveAlive,
    shown: hurry,
    pressed: press,
  },
  taking: { left: leave, robbed: loseLock, termTaken: lead, leadHeard: hearRival },
  leading: {
    left: leaveLeading,
    robbed: loseLock,
    fenced: outbid,
    outbidDue: rise,
    yielded: yieldLead,
    leadHeard: hearRival,
    helloHeard: present,
  },
  yielding: { left: leave, robbed: rejoin, leadHeard: hearHeir, yieldDue: rejoin },
};

type AnyRow = Readonly<
  Record<string, ((state: Election, event: ElectionEvent, input: ElectionInput) => ElectionNext) | undefined>
>;

/** One turn of the election. Pure: a log of (event, input) replays exactly. */
export const elect = (state: Election, event: ElectionEvent, input: ElectionInput): ElectionNext =>
  (electionRows[state.name] as AnyRow)[event.type]?.(state, event, input) ?? [state];
