import { perClient } from "../core/backoff.ts";
import { breaker } from "../core/breaker.ts";
import { evictOldest } from "../core/evictOldest.ts";
import { ResilientSocketError } from "../core/errors.ts";
import { waitForRoom } from "../core/waitForRoom.ts";
import { browserPorts } from "../platform/browserPorts.ts";
import { checkNumbers } from "./checkNumbers.ts";
import { createClient } from "./createClient.ts";
import { fetchFrom } from "./fetchFrom.ts";
import { heartbeat } from "./heartbeat.ts";
import { hints } from "./hints.ts";
import type { ResilientClientOptions } from "./options.ts";
import { resilientProtocol } from "./resilientProtocol.ts";
import { tabs } from "./tabs/tabs.ts";
import { telemetry } from "./telemetry.ts";
import type { ResilientClient } from "./ResilientClient.ts";

const week = 7 * 24 * 3_600_000;
const policies = { reject: undefined, "evict-oldest": evictOldest, wait: waitForRoom };

/** The client with our protocol, ports and defaults. Inert until it is used. */
export const createResilientClient = (options: ResilientClientOptions): ResilientClient => {
  const { auth, ports, backoff, pauseHiddenAfterMs, outbox = {} } = options;
  const {
    capacity = 1_000,
    maxBytes = 5 * 1_048_576,
    maxAgeMs = week,
    ackTimeoutMs,
    overflow = "reject",
  } = outbox;
  if (auth && options.protocol)
    throw new ResilientSocketError("INVALID_OPTION", "with a protocol of your own, auth belongs to it");
  if (!(overflow in policies))
    throw new ResilientSocketError("INVALID_OPTION", `outbox.overflow cannot be ${overflow}`);
  checkNumbers(options.breaker);
  return createClient({
    ...options,
    heartbeat: heartbeat(options.heartbeat),
    hints: hints({ pauseHiddenAfterMs }),
    telemetry: telemetry(options.telemetry),
    tabs: options.protocol && !options.tabs ? undefined : tabs(options.tabs),
    breaker: breaker(options.breaker),
    backoff: { ...backoff, policy: backoff?.policy ?? perClient() },
    outbox: {
      ...outbox,
      capacity,
      maxBytes,
      maxAgeMs,
      overflow: policies[overflow],
    },
    protocol:
      options.protocol ??
      resilientProtocol({ auth: typeof auth === "string" ? fetchFrom(auth) : auth, maxAgeMs, ackTimeoutMs }),
    ports: {
      ...browserPorts(),
      // The browser's locks and buses run on the browser's time: another clock brings its own.
      ...(ports?.clock && { tabs: undefined }),
      ...Object.fromEntries(Object.entries(ports ?? {}).filter(([, port]) => port)),
    },
  });
};
