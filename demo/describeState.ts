import type { ConnectionState } from "resilient-socket";

type Reason = Extract<ConnectionState, { name: "reconnecting" }>["reason"];

const reasons: Readonly<Record<Reason, string>> = {
  closed: "the connection broke",
  heartbeat: "nothing was heard for too long",
  timeout: "no answer",
  network: "the network changed",
  url: "the address could not be fetched",
  auth: "the sign-in could not be fetched",
  breaker: "the server does not answer",
};

export interface Description {
  readonly title: string;
  readonly reason?: string | undefined;
}

/** A state in the words of the one who waits. */
export const describeState = (state: ConnectionState): Description => {
  switch (state.name) {
    case "disconnected":
      return { title: "Not connected" };
    case "connecting":
      return { title: "Dialling", reason: state.attempt ? `attempt ${state.attempt + 1}` : undefined };
    case "authenticating":
      return { title: "Signing in" };
    case "resuming":
      return { title: "Catching up" };
    case "connected":
      return { title: "Connected" };
    case "reconnecting":
      return { title: "Reconnecting", reason: reasons[state.reason] };
    case "failed":
      return { title: "Stopped", reason: state.code };
  }
};
