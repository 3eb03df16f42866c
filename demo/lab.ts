import type { FaultId } from "./faults.ts";
import type { Figures, Setup } from "./setup.ts";

const post = async (path: string): Promise<boolean> =>
  (await fetch(`/control/${path}`, { method: "POST" })).ok;

/** The switches of the lab; they do not pass through the network that breaks. */
export const lab = {
  setup: async () => (await (await fetch("/setup.json")).json()) as Setup,
  /** Resolves when the fault is over; false: another page breaks something already. */
  perform: (fault: FaultId) => post(fault),
  setTraffic: (visit: string, on: boolean) => post(`traffic?visit=${visit}&on=${on ? "yes" : "no"}`),
  watch: (visit: string, hear: (figures: Figures) => void) => {
    const source = new EventSource(`/figures?visit=${visit}`);
    source.onmessage = ({ data }: MessageEvent<string>) => hear(JSON.parse(data) as Figures);
  },
};
