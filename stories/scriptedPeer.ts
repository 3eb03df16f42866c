import type { Ports } from "../src/core/ports.ts";
import { createNetwork, type WorldSocket } from "../src/testing/network.ts";
import { createPage } from "../src/testing/page.ts";
import { seededDice } from "../src/testing/seededDice.ts";
import { virtualClock } from "../src/testing/virtualClock.ts";

/** A far end that does what a story says, in a time that moves when told. */
export interface ScriptedPeer {
  readonly ports: Ports;
  /** The socket dialled last. */
  readonly socket: () => WorldSocket;
  readonly advance: (ms: number) => Promise<void>;
}

export const scriptedPeer = (): ScriptedPeer => {
  const clock = virtualClock();
  const dice = seededDice("story");
  const network = createNetwork({ clock, dice, link: { latencyMs: 0, jitterMs: 0 }, scripted: true });
  const page = createPage(clock.device());
  return {
    ports: {
      clock: page.clock,
      dice,
      sensors: page.sensors,
      socket: network.openSocket("story", page.clock),
    },
    socket: () => network.sockets.at(-1)!,
    advance: clock.advance,
  };
};
