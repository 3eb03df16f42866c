import { act } from "@testing-library/react";
import { createNetwork } from "../../src/testing/network.ts";
import { createPage } from "../../src/testing/page.ts";
import { seededDice } from "../../src/testing/seededDice.ts";
import { virtualClock } from "../../src/testing/virtualClock.ts";
import type { Ports, Sensors } from "../../src/core/ports.ts";

/** A test that waits this long has seen one paint. */
export const frameMs = 16;

/** Ports that count what is alive, in a time that moves when told; the test plays the server of each socket. */
export const fakePorts = () => {
  const clock = virtualClock();
  const dice = seededDice(1);
  const network = createNetwork({ clock, dice, link: { latencyMs: 0, jitterMs: 0 }, scripted: true });
  const page = createPage(clock.device());
  let listeners = 0;
  let timers = 0;
  /** Counts the client's timers; the network has its own. */
  const after: Ports["clock"]["after"] = (delayMs, task) => {
    let over = false;
    const end = () => {
      if (!over) timers--;
      over = true;
    };
    timers++;
    const cancel = page.clock.after(delayMs, () => {
      end();
      task();
    });
    return () => {
      end();
      cancel();
    };
  };
  const sensors: Sensors = {
    ...page.sensors,
    listen: (hear) => {
      listeners++;
      const remove = page.sensors.listen(hear);
      return () => {
        listeners--;
        remove();
      };
    },
  };
  const ports: Ports = {
    clock: { ...page.clock, after, frame: (task) => after(frameMs, task) },
    dice,
    sensors,
    socket: network.openSocket("tab", page.clock),
  };
  return {
    ports,
    /** Lets time pass, with React's updates. */
    advance: (ms = 0) => act(async () => clock.advance(ms)),
    page,
    sockets: network.sockets,
    /** Everything the client holds of the outside world. */
    alive: () => ({ sockets: network.live().length, timers, listeners }),
  };
};

/** Plays the server of `resilient.v1`. */
export const hello = {
  t: "hello",
  v: 1,
  features: [],
  limits: { maxFrameBytes: 262_144, windowMessages: 1_024, windowBytes: 1_048_576, maxChannels: 100 },
  hbMs: 25_000,
  hbTimeoutMs: 10_000,
  guarantees: { ack: "applied", dedupWindowMs: 60_000, retentionMs: 60_000 },
} as const;
export const authed = { t: "authed", subject: "u1", exp: null } as const;
export const welcome = { t: "welcome", cid: "c1", spreadMs: 0, channels: [] } as const;
