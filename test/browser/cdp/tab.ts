import { answerWithinMs, type DevTools, type DevToolsEvent } from "./devTools.ts";
import { rendererOf } from "./rendererOf.ts";

export interface TabOptions {
  /** In a window of its own it stays visible beside the others. Default false: a tab, which hides the others of the window. */
  readonly window?: boolean;
  /** Hears what the page gives to `record(text)`, at once: nothing that was recorded before a crash is lost with it. */
  readonly record?: (text: string) => void;
}

/** One tab, and what happens to tabs. */
export interface Tab {
  readonly evaluate: <T>(expression: string) => Promise<T>;
  readonly navigate: (url: string) => Promise<void>;
  /** One back in its history, out of the back/forward cache when the page is there. */
  readonly back: () => Promise<void>;
  readonly reload: () => Promise<void>;
  /** As the browser freezes a page that has been hidden long. */
  readonly freeze: () => Promise<void>;
  readonly thaw: () => Promise<void>;
  /** SIGSTOP for its renderer: it hangs and hears nothing of it. */
  readonly stop: () => Promise<void>;
  readonly goOn: () => void;
  readonly crash: () => Promise<void>;
  readonly close: () => Promise<void>;
  readonly show: () => Promise<void>;
  /** What lives on the heap of its page, in bytes. */
  readonly heapBytes: () => Promise<number>;
}

interface Evaluated {
  readonly result: { readonly value: unknown };
  readonly exceptionDetails?: {
    readonly text: string;
    readonly exception?: { readonly description?: string };
  };
}
interface History {
  readonly currentIndex: number;
  readonly entries: readonly { readonly id: number }[];
}

export const openTab = async (
  { command, listen }: DevTools,
  url: string,
  { window = false, record }: TabOptions = {},
): Promise<Tab> => {
  const { targetId } = await command<{ targetId: string }>("Target.createTarget", {
    url: "about:blank",
    newWindow: window,
  });
  const { sessionId } = await command<{ sessionId: string }>("Target.attachToTarget", {
    targetId,
    flatten: true,
  });
  const tell = <T = object>(method: string, params?: object) => command<T>(method, params, sessionId);

  const next = (method: string): Promise<DevToolsEvent> =>
    new Promise((resolve, reject) => {
      const deadline = setTimeout(() => reject(new Error(`no ${method}`)), answerWithinMs);
      const deaf = listen((event) => {
        if (event.sessionId !== sessionId || event.method !== method) return;
        clearTimeout(deadline);
        deaf();
        resolve(event);
      });
    });
  const evaluate = async <T>(expression: string): Promise<T> => {
    const { result, exceptionDetails } = await tell<Evaluated>("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value as T;
  };
  const loads = async (begin: () => Promise<unknown>): Promise<void> => {
    const loaded = next("Page.loadEventFired");
    await begin();
    await loaded;
  };

  listen(({ sessionId: from, method, params }) => {
    if (from !== sessionId || method !== "Runtime.bindingCalled") return;
    record?.((params as { readonly payload: string }).payload);
  });
  await tell("Page.enable");
  await tell("Runtime.enable");
  await tell("Runtime.addBinding", { name: "record" });

  let stopped: number | undefined;
  const tab: Tab = {
    evaluate,
    navigate: (to) => loads(() => tell("Page.navigate", { url: to })),
    back: async () => {
      const { currentIndex, entries } = await tell<History>("Page.getNavigationHistory");
      // A page out of the cache fires no load event.
      const arrived = next("Page.frameNavigated");
      await tell("Page.navigateToHistoryEntry", { entryId: entries[currentIndex - 1]?.id });
      await arrived;
    },
    reload: () => loads(() => tell("Page.reload")),
    freeze: async () => void (await tell("Page.setWebLifecycleState", { state: "frozen" })),
    thaw: async () => void (await tell("Page.setWebLifecycleState", { state: "active" })),
    stop: async () => {
      stopped = await rendererOf({ command, evaluate });
      process.kill(stopped, "SIGSTOP");
    },
    goOn: () => {
      if (stopped !== undefined) process.kill(stopped, "SIGCONT");
      stopped = undefined;
    },
    crash: async () => {
      const crashed = next("Inspector.targetCrashed");
      // Never answered in the affirmative.
      tell("Page.crash").catch(() => undefined);
      await crashed;
    },
    close: async () => void (await command("Target.closeTarget", { targetId })),
    show: async () => void (await tell("Page.bringToFront")),
    heapBytes: async () => {
      await tell("HeapProfiler.collectGarbage");
      return (await tell<{ usedSize: number }>("Runtime.getHeapUsage")).usedSize;
    },
  };
  await tab.navigate(url);
  return tab;
};
