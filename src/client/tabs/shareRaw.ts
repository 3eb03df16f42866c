/** Sharing for a protocol without sessions: what the socket brings goes to every tab as it is, what they send goes out in turn. */
import type { RawData } from "../../core/ports.ts";
import { normal } from "../../protocol/closeCodes.ts";
import type { Limits } from "../../protocol/frames.ts";
import type { Driver } from "../driver.ts";
import type { ProtocolHost } from "../protocol.ts";
import type { Crew } from "./crew.ts";
import { createHub } from "./hub.ts";
import type { LinkedSession } from "./link.ts";
import type { SharedSession } from "./shareSession.ts";

export interface RawHost extends Pick<ProtocolHost, "clock" | "state" | "upkeepIn"> {
  readonly transmit: (data: RawData) => boolean;
  readonly bufferedBytes: () => number;
  readonly isConnected: () => boolean;
  readonly crew: Crew;
}

/** Nothing is known of it. */
const limits: Limits = { maxFrameBytes: 0, windowMessages: 0, windowBytes: 0, maxChannels: 0 };
const nothing = (): void => undefined;

/** `driver`: what this tab's connection is to tell instead of the protocol's own. */
export const shareRaw = (
  driver: Driver,
  { crew, transmit, bufferedBytes, isConnected, ...host }: RawHost,
): SharedSession & { readonly driver: Driver } => {
  const hub = createHub(host, {
    transmit,
    bufferedBytes,
    isOpen: isConnected,
    ask: () => false,
    probe: nothing,
  });
  const own: LinkedSession = {
    setLimits: nothing,
    resume: () => driver.opened?.(),
    welcomed: nothing,
    isDone: () => true,
    pump: driver.pump,
    hear: {},
    discard: nothing,
    tooLarge: nothing,
    closed: () => void driver.closed(normal),
    received: driver.received,
  };
  return {
    own,
    hub,
    producers: new Set(),
    driver: {
      ...driver,
      opened: () => {
        driver.opened?.();
        crew.opened(limits);
      },
      received: (data) => {
        crew.tell({ is: "raw", data });
        driver.received(data);
      },
      closed: (code, reason) => {
        hub.closed();
        crew.opened(null);
        return driver.closed(code, reason);
      },
    },
  };
};
