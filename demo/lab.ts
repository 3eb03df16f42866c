import type { FaultId } from "./faults.ts";
import type { FaultNotice, Figures, LabEvents, Setup } from "./setup.ts";

const post = async (path: string): Promise<void> => {
  await fetch(`/control/${path}`, { method: "POST" });
};

/** The switches and gauges of the lab; they do not pass through the network that breaks. */
export const lab = {
  setup: async () => (await (await fetch("/setup.json")).json()) as Setup,
  perform: (fault: FaultId) => post(fault),
  setTraffic: (visit: string, on: boolean) => post(`traffic?visit=${visit}&on=${on ? "yes" : "no"}`),
  watch: (visit: string, hear: LabEvents) => {
    const source = new EventSource(`/events?visit=${visit}`);
    source.addEventListener("figures", ({ data }: MessageEvent<string>) =>
      hear.figures(JSON.parse(data) as Figures),
    );
    source.addEventListener("fault", ({ data }: MessageEvent<string>) =>
      hear.fault(JSON.parse(data) as FaultNotice),
    );
  },
};
