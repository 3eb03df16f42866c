/** A MessageChannel task: neither a microtask nor a timer, so a hidden page is not slowed and a frozen one does not run it. */
export const messageTask = (): ((work: () => void) => void) => {
  const waiting: (() => void)[] = [];
  let port: MessagePort | undefined;
  return (work) => {
    if (typeof MessageChannel === "undefined") return void setTimeout(work, 0);
    waiting.push(work);
    if (!port) {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => waiting.shift()?.();
      port = port2;
    }
    port.postMessage(null);
  };
};
