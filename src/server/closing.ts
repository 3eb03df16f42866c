import type { Clock } from "../core/ports.ts";
import { closeReason } from "./closeReason.ts";
import type { ServerContext } from "./context.ts";
import { describeError } from "../core/describeError.ts";
import type { ServerSocket } from "./serverSocket.ts";

/** The end of a socket that the server began. */
export interface Closing {
  /** Closes it; a peer that does not answer is cut after `patienceMs` (5 000). */
  readonly begin: (code: number, reason: string, patienceMs?: number) => void;
  /** The code the server closed with; undefined: it did not. */
  readonly code: () => number | undefined;
  /** The socket is gone. */
  readonly ended: () => void;
}

export interface ClosingOptions {
  readonly socket: Pick<ServerSocket, "close" | "terminate">;
  readonly clock: Clock;
  readonly log: ServerContext["log"];
  readonly cid: string;
}

/** Time a peer gets to answer a close before it is cut. */
const PATIENCE_MS = 5000;

export function createClosing({ socket, clock, log, cid }: ClosingOptions): Closing {
  let closedWith: number | undefined;
  let cancelCut = () => {};
  return {
    begin: (code, reason, patienceMs = PATIENCE_MS) => {
      closedWith = code;
      log("debug", "CLOSED", { cid, code, reason });
      try {
        socket.close(code, closeReason(reason));
      } catch (error) {
        log("warn", "CLOSE_FAILED", { cid, error: describeError(error) });
      }
      cancelCut = clock.after(patienceMs, () => socket.terminate());
    },
    code: () => closedWith,
    ended: () => cancelCut(),
  };
}
