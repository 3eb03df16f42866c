import type { ClientFrame } from "../../src/protocol/frames.ts";
import type { Report } from "./observer.ts";

/** Watches who leads, as the server sees it. */
export type FenceWatch = (socket: number, event: "received" | "answered", text: string) => void;

interface Claim {
  readonly group: string;
  readonly term: number;
}

/**
 * I5: at every position of what one server process does there is at most one accepted leader of a group: nobody is welcomed below the
 * highest term, and who was outbid is told nothing more than that. `process` is whoever remembers: another one begins anew.
 */
export const watchFence = (process: () => object | undefined, report: Report): FenceWatch => {
  const claims = new Map<number, Claim>();
  let remembers: object | undefined;
  let leaders = new Map<string, { readonly socket: number; readonly term: number }>();
  /** By whom. */
  const outbid = new Map<number, number>();

  return (socket, event, text) => {
    if (event === "received") {
      if (!text.includes('"t":"auth"')) return;
      const frames = [JSON.parse(text)].flat() as readonly ClientFrame[];
      for (const frame of frames) if (frame.t === "auth") claims.set(socket, frame);
      return;
    }
    const now = process();
    if (now !== remembers) leaders = new Map();
    remembers = now;
    const by = outbid.get(socket);
    if (by !== undefined && !text.includes("SUPERSEDED"))
      report("I5", `socket ${socket} was outbid by ${by} and still hears ${text.slice(0, 60)}`);
    const claim = claims.get(socket);
    if (!claim || !text.includes('"t":"welcome"')) return;
    const leader = leaders.get(claim.group);
    if (leader && claim.term < leader.term)
      report("I5", `socket ${socket} was welcomed with term ${claim.term} after ${leader.term}`);
    if (leader && leader.socket !== socket) outbid.set(leader.socket, socket);
    leaders.set(claim.group, { socket, term: claim.term });
  };
};
