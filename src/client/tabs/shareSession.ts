/** This tab's session, which speaks for all tabs while this one leads, and through the leader while it follows. */
import type { Limits } from "../../protocol/frames.ts";
import type { ProtocolHost, Share } from "../protocol.ts";
import type { Wire } from "../resilient/wire.ts";
import type { Crew } from "./crew.ts";
import { createHub, type Hub } from "./hub.ts";
import { type Link, type LinkedSession, sessionHears } from "./link.ts";
import { createMember } from "./member.ts";

export interface SharedSession {
  readonly own: LinkedSession;
  readonly hub: Hub;
  /** The numbers of this tab's messages are given by these. */
  readonly producers: ReadonlySet<string>;
}

export interface ShareSessionHost extends Pick<ProtocolHost, "clock" | "state" | "upkeepIn"> {
  readonly isLeading: () => boolean;
  readonly link: Link;
  readonly crew: Crew;
  /** The server knows this higher term of the group. */
  readonly superseded: (term: number) => void;
  readonly made: (shared: SharedSession) => void;
}

export const shareSession =
  (host: ShareSessionHost): Share =>
  (make, socket, producers) => {
    const { isLeading, link, crew } = host;
    const hub = createHub(host, { ...socket, transmit: (data) => socket.transmit(data as string) });
    const through = <K extends keyof Wire>(key: K): Wire[K] => (isLeading() ? ofHub : link)[key];
    const ofHub: Wire = {
      ...socket,
      transmit: (data) => socket.isOpen() && (hub.say(local, data), true),
      ask: (frame) => socket.isOpen() && (hub.say(local, frame), true),
    };
    const own = make({
      transmit: (data) => through("transmit")(data),
      ask: (frame) => through("ask")(frame),
      bufferedBytes: () => through("bufferedBytes")(),
      isOpen: () => through("isOpen")(),
      probe: () => through("probe")(),
    });
    const local = createMember("", producers, (frame) => sessionHears(own, frame));
    hub.add(local);
    host.made({ own, hub, producers });
    let limits: Limits;

    return {
      ...own,
      hear: {
        ...hub.hear,
        error: (frame) => {
          if (frame.code === "SUPERSEDED") host.superseded(Number(frame.ref) || 0);
          hub.hear.error?.(frame);
        },
      },
      setLimits: (now) => {
        limits = now;
        own.setLimits(now);
      },
      resume: (fits) => {
        const asks = own.resume(fits);
        hub.asked(local, asks.channels);
        return asks;
      },
      welcomed: (verdicts) => {
        for (const verdict of verdicts) hub.hear.subscribed?.({ t: "subscribed", ...verdict });
        own.welcomed([]);
        crew.opened(limits);
      },
      pump: () => {
        own.pump();
        if (isLeading()) hub.pump();
      },
      discard: hub.discard,
      tooLarge: () => {
        own.tooLarge();
        crew.tell({ is: "large" });
      },
      closed: () => {
        hub.closed();
        own.closed();
        crew.opened(null);
      },
    };
  };
