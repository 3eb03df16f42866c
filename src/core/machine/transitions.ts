/**
 * Every pair of state and event. Read it like a diagram: a pair is a step, `ignored`, or absent, which means illegal.
 * The diagram in ARCHITECTURE.md is generated from this file.
 */
import { ignored, type Rows } from "./step.ts";
import {
  adopt,
  authenticate,
  beat,
  check,
  dial,
  dialAfresh,
  establish,
  failAttempt,
  hurry,
  lose,
  missSocket,
  missWelcome,
  pause,
  prepareLeave,
  redial,
  refuse,
  restore,
  resume,
  settle,
  stay,
  stop,
  suspend,
  wake,
} from "./steps.ts";

/** Every protocol has these. */
export const socketRows = {
  disconnected: {
    connect: dialAfresh,
    reconnect: dialAfresh,
    disconnect: stay,
  },
  connecting: {
    connect: ignored,
    reconnect: redial,
    disconnect: stop,
    socketLost: lose,
    attemptFailed: failAttempt,
    deadlineDue: missSocket,
  },
  connected: {
    connect: ignored,
    reconnect: redial,
    disconnect: stop,
    socketLost: lose,
    uptimeDue: settle,
  },
  reconnecting: {
    connect: ignored,
    reconnect: dial,
    disconnect: stay,
    retryDue: dial,
  },
  failed: {
    connect: ignored,
    reconnect: dialAfresh,
    disconnect: stay,
  },
} satisfies Rows;

/** The feature `hints`: network and page. */
export const hintRows = {
  disconnected: { hinted: wake, idled: ignored, suspended: ignored, restored: restore },
  connecting: { hinted: ignored, idled: pause, suspended: suspend, restored: ignored },
  authenticating: { hinted: ignored, idled: pause, suspended: suspend, restored: ignored },
  resuming: { hinted: check, idled: pause, suspended: suspend, restored: ignored },
  connected: { hinted: check, idled: pause, suspended: suspend, restored: ignored },
  reconnecting: { hinted: hurry, idled: pause, suspended: suspend, restored: ignored },
  failed: { hinted: ignored, idled: ignored, suspended: ignored, restored: ignored },
} satisfies Rows;

/** The feature `tabs`. */
export const tabRows = {
  disconnected: { adopted: adopt },
} satisfies Rows;

/** The feature `heartbeat`. */
export const heartbeatRows = {
  resuming: { heartbeatDue: beat },
  connected: { heartbeatDue: beat },
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
    deadlineDue: missWelcome,
    attemptFailed: failAttempt,
    refused: refuse,
    welcomed: resume,
    goawayReceived: ignored,
  },
  resuming: {
    connect: ignored,
    reconnect: redial,
    disconnect: stop,
    socketLost: lose,
    deadlineDue: establish,
    attemptFailed: failAttempt,
    refused: refuse,
    resumed: establish,
    goawayReceived: ignored,
  },
  connected: {
    attemptFailed: failAttempt,
    refused: refuse,
    resumed: ignored,
    goawayReceived: prepareLeave,
    leaveDue: redial,
  },
} satisfies Rows;
