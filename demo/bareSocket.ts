import type { Numbered } from "./tally.ts";

export interface BareSocket {
  readonly send: (message: Numbered) => void;
  readonly close: () => void;
}

export interface BareSocketEvents {
  readonly heard: (message: Numbered) => void;
  readonly changed: (open: boolean) => void;
}

const retryMs = 1_000;

/** What most apps have: it reconnects, it sends JSON while it is open, and it remembers nothing. */
export const createBareSocket = (url: string, { heard, changed }: BareSocketEvents): BareSocket => {
  let socket: WebSocket;
  let timer: number | undefined;
  let closed = false;

  const dial = (): void => {
    socket = new WebSocket(url);
    socket.onopen = () => changed(true);
    socket.onmessage = ({ data }: MessageEvent<string>) => heard(JSON.parse(data) as Numbered);
    socket.onclose = () => {
      if (closed) return;
      changed(false);
      timer = window.setTimeout(dial, retryMs);
    };
  };
  dial();

  return {
    send: (message) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    },
    close: () => {
      closed = true;
      window.clearTimeout(timer);
      socket.close();
    },
  };
};
