import { type Connection, createConnection } from "./connection.ts";
import { createDrain, type Drain } from "./drain.ts";
import type { HandshakeRequest } from "./access.ts";
import type { ResilientServer } from "./ResilientServer.ts";
import type { ServerSocket, ServerSocketEvents } from "./serverSocket.ts";
import type { SessionContext } from "./session.ts";

/** Everybody who is connected to this node, and what can be done to all of them. */
export interface Connections extends Pick<Drain, "leftMs"> {
  readonly accept: ResilientServer["accept"];
  readonly drain: Drain["begin"];
  /** Ends what a subject has on this node, whoever learnt of the logout. Answers how many connections that were. */
  readonly revoke: (subject: string) => number;
  readonly close: (code: number, reason: string) => void;
}

export function createConnections(context: SessionContext, leave: () => void): Connections {
  const connections = new Set<Connection>();
  const drain = createDrain({ clock: context.clock, connections, leave });

  return {
    accept: (socket: ServerSocket, request: HandshakeRequest): ServerSocketEvents => {
      const connection = createConnection(context, socket, request);
      connections.add(connection);
      return {
        received: connection.received,
        closed: () => {
          connections.delete(connection);
          connection.closed();
          drain.left();
        },
      };
    },
    drain: drain.begin,
    leftMs: drain.leftMs,
    revoke: (subject) => [...connections].filter((connection) => connection.revoke(subject)).length,
    close: (code, reason) => {
      leave();
      for (const connection of connections) connection.end(code, reason);
      drain.stop();
    },
  };
}
