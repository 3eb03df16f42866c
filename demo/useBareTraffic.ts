import { useEffect, useRef, useState } from "react";
import { createBareSocket, type BareSocket } from "./bareSocket.ts";
import type { PageRecord } from "./books.ts";
import { useBeat } from "./useBeat.ts";

/** The same traffic as Traffic.tsx on the bare socket. `ready`: it was open once. */
export function useBareTraffic(url: string, record: PageRecord, on: boolean) {
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
  useBeat(on && ready, () => socket.current?.send({ from: "page", n: record.say() }));
  return { open, ready };
}
