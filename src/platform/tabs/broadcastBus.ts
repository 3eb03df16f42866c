import type { OpenBus } from "../../core/ports/tabPorts.ts";

/** BroadcastChannel; undefined where there is none. */
export const broadcastBus = (): OpenBus | undefined => {
  if (typeof BroadcastChannel === "undefined") return undefined;
  return (name, hear) => {
    const channel = new BroadcastChannel(name);
    channel.onmessage = ({ data }: MessageEvent<unknown>) => hear(data);
    return {
      post: (message) => channel.postMessage(message),
      close: () => {
        channel.onmessage = null;
        channel.close();
      },
    };
  };
};
