import type { Ports } from "../core/ports.ts";
import { browserSensors } from "./browserSensors.ts";
import { browserSocket } from "./browserSocket.ts";
import { systemClock } from "./systemClock.ts";
import { systemDice } from "./systemDice.ts";
import { browserTabs } from "./tabs/browserTabs.ts";
import { tabBoots } from "./tabBoots.ts";

/** The real world of a browser, a worker, or Node ≥ 22. */
export const browserPorts = (): Ports => ({
  clock: systemClock,
  dice: systemDice,
  // Looked up at the call, so that importing touches no global and a mock installed later is used.
  socket: (...attempt) => browserSocket()(...attempt),
  sensors: browserSensors(),
  tabs: browserTabs(),
  boots: tabBoots,
});
