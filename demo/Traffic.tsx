import { useEffect } from "react";
import type { PageRecord } from "./books.ts";
import { ledgerChannel } from "./harbour.ts";
import { useResilientWS } from "./socket.ts";
import { useBeat } from "./useBeat.ts";

interface TrafficProps {
  readonly visit: string;
  readonly record: PageRecord;
  readonly on: boolean;
  readonly onReady: () => void;
}

/** Twenty numbered messages a second, and a record of everything that comes back. It shows nothing. */
export function Traffic({ visit, record, on, onReady }: TrafficProps) {
  const { send, state } = useResilientWS({
    channel: ledgerChannel(visit),
    onMessage: ({ data }) => record.hear(data),
  });
  const connected = state.name === "connected";
  useEffect(() => {
    if (connected) onReady();
  }, [connected, onReady]);
  useBeat(on, () => void send({ from: "page", n: record.say() }));
  return null;
}
