import { useEffect } from "react";
import type { PageRecord } from "./books.ts";
import { ledgerChannel } from "./harbour.ts";
import { useResilientClient, useResilientWS } from "./socket.ts";
import { useBeat } from "./useBeat.ts";

interface TrafficProps {
  readonly visit: string;
  readonly record: PageRecord;
  readonly on: boolean;
  readonly onReady: () => void;
}

/** Twenty numbered messages a second, and a record of everything that comes back. It shows nothing. */
export function Traffic({ visit, record, on, onReady }: TrafficProps) {
  const { outbox } = useResilientClient();
  const { send, state } = useResilientWS({
    channel: ledgerChannel(visit),
    onMessage: ({ data }) => record.hear(data),
  });
  const connected = state.name === "connected";
  useEffect(() => {
    if (connected) onReady();
  }, [connected, onReady]);
  useBeat(on, () => {
    // A full outbox refuses and says so; this app waits instead.
    if (outbox.state.get().saturation < 1) send({ from: "page", n: record.say() });
  });
  return null;
}
