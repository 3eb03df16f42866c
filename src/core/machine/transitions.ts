/**
 * Every pair of state and event. Read it like a diagram: a pair is a step, `ignored`, or absent, which means illegal.
 * The diagram in ARCHITECTURE.md is generated from this file.
 */
import { ignored, type Rows } from "./step.ts";
import {
  authenticate,
  beat,
  check,
  dial,
  dialAfresh,
  establish,
  failAttempt,
  hurry,
  lose,
  miss,
  prepareLeave,
  redial,
  refuse,
  restore,
  resume,
  settle,
  stay,
  stop,
  suspend,
} from "./steps.ts";

/** Every protocol has these. */
export const socketRows = {
  disconnected: {
    connect: dialAfresh,
    reconnect: dialAfresh,
    disconnect: stay,
    suspended: ignored,
    restored: restore,
    hinted: ignored,
  },
  connecting: {
    connect: ignored,
    reconnect: redial,
    disconnect: stop,
    socketLost: lose,
    deadlinePassed: miss,
    attemptFailed: failAttempt,
    suspended: suspend,
    restored: ignored,
    hinted: ignored,
  },
  connected: {
    connect: ignored,
    reconnect: redial,
    disconnect: stop,
    socketLost: lose,
    attemptFailed: failAttempt,
    refused: refuse,
    heartbeatDue: beat,
    uptimeReached: settle,
    suspended: suspend,
    restored: ignored,
    hinted: check,
  },
  reconnecting: {
    connect: ignored,
    reconnect: dial,
    disconnect: stay,
    retryDue: dial,
    suspended: suspend,
    restored: ignored,
    hinted: hurry,
  },
  failed: {
    connect: ignored,
    reconnect: dialAfresh,
    disconnect: stay,
    suspended: ignored,
    restored: ignored,
    hinted: ignored,
  },
} satisfies Rows;

/** A server that knows nothing of us: an open socket is a connection. */
export const plainRows = {
  connecting: { socketOpened: establish },
} satisfies Rows;

/** The handshake of `resilient.v1`. */
export const resilientRows = {
  connecting: { socketOpened: authenticate },
  authenticating: {
    connect: ignored,
    reconnect: redial,
    disconnect: stop,
    socketLost: lose,
    deadlinePassed: miss,
    attemptFailed: failAttempt,
    refused: refuse,
    welcomed: resume,
    suspended: suspend,
    restored: ignored,
    hinted: ignored,
  },
  resuming: {
    connect: ignored,
    reconnect: redial,
    disconnect: stop,
    socketLost: lose,
    deadlinePassed: establish,
    attemptFailed: failAttempt,
    refused: refuse,
    resumed: establish,
    heartbeatDue: beat,
    goawayReceived: ignored,
    suspended: suspend,
    restored: ignored,
    hinted: check,
  },
  connected: {
    resumed: ignored,
    goawayReceived: prepareLeave,
    leaveDue: redial,
  },
} satisfies Rows;
