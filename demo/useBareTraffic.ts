import { useEffect, useEffectEvent, useRef, useState } from "react";
import { createBareSocket, type BareSocket } from "./bareSocket.ts";
import type { PageRecord } from "./books.ts";
import type { FloodFigures } from "./flood.ts";
import type { Store } from "./store.ts";
import { useBeat } from "./useBeat.ts";

interface Demand {
  readonly on: boolean;
  readonly flood: Store<FloodFigures>;
}

/** The same traffic as Traffic.tsx on the bare socket. `ready`: it was open once. */
export function useBareTraffic(url: string, record: PageRecord, { on, flood }: Demand) {
  const [open, setOpen] = useState(false);
  const [ready, setReady] = useState(false);
  const socket = useRef<BareSocket>(null);
  useEffect(() => {
    const opened = createBareSocket(url, {
      heard: record.hear,
      changed: (isOpen) => {
        setOpen(isOpen);
        if (isOpen) setReady(true);
      },
    });
    socket.current = opened;
    return opened.close;
  }, [url, record]);
  const say = (): void => socket.current?.send({ from: "page", n: record.say() });
  useBeat(on && ready, say);
  const sayOfFlood = useEffectEvent(say);
  useEffect(() => {
    let { offered: said } = flood.get();
    return flood.subscribe(() => {
      for (const { offered } = flood.get(); said < offered; said++) sayOfFlood();
    });
  }, [flood]);
  return { open, ready };
}
