import type { ClientFrame, ServerFrame } from "../../../src/protocol/frames.ts";
import type { ServerSocket, ServerSocketEvents } from "../../../src/server/serverSocket.ts";
import type { ConnectionRecord } from "./records.ts";

export interface SocketWatch {
  readonly connection: number;
  /** False: the server is told another group for each connection, so it fences nothing. */
  readonly fence: boolean;
  readonly tell: (record: ConnectionRecord) => void;
}
type Accept = (socket: ServerSocket) => ServerSocketEvents;

const framesOf = <T>(text: string): readonly T[] => [JSON.parse(text) as T | readonly T[]].flat() as T[];

/** Hands a socket to the server and says from when to when the server took it for a group's connection. */
export const watchSocket = (
  socket: ServerSocket,
  { connection, fence, tell }: SocketWatch,
  accept: Accept,
): ServerSocketEvents => {
  let claim = { group: "", term: 0 };
  let phase: "new" | "accepted" | "left" = "new";
  const leave = (): void => {
    if (phase === "accepted") tell({ kind: "left", connection, ...claim });
    phase = "left";
  };

  const { received, closed } = accept({
    ...socket,
    send: (text) => {
      for (const { t } of phase === "left" ? [] : framesOf<ServerFrame>(text)) {
        // Whoever is told an error is turned out: nothing of it counts from here on.
        if (t === "error") leave();
        if (t !== "authed" || phase !== "new") continue;
        phase = "accepted";
        tell({ kind: "accepted", connection, ...claim });
      }
      socket.send(text);
    },
    close: (code, reason) => {
      leave();
      socket.close(code, reason);
    },
    terminate: () => {
      leave();
      socket.terminate();
    },
  });
  return {
    received: (data) => {
      if (typeof data !== "string" || phase !== "new") return received(data);
      const frames = framesOf<ClientFrame>(data).map((frame) => {
        if (frame.t !== "auth") return frame;
        const { group, term } = frame;
        claim = { group, term };
        return fence ? frame : { ...frame, group: `${group}-${connection}` };
      });
      received(JSON.stringify(frames));
    },
    closed: () => {
      leave();
      closed();
    },
  };
};
