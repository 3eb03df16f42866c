import type { Tab } from "../cdp/tab.ts";
import { nowMs } from "./nowMs.ts";

/** What happens to a tab. */
export interface Strike {
  /** Resolves with the Unix ms at which it happened. */
  readonly hit: (tab: Tab, elsewhere: string) => Promise<number>;
  /** How a user goes on afterwards; absent: the tab is gone. */
  readonly mend?: (tab: Tab) => Promise<void>;
}

/** As of the moment before: what it does may have begun when the browser answers. */
const from = async (act: Promise<void>): Promise<number> => {
  const at = nowMs();
  await act;
  return at;
};

export const strikes = {
  close: { hit: (tab) => from(tab.close()) },
  crash: { hit: (tab) => from(tab.crash()), mend: (tab) => tab.reload() },
  navigate: { hit: (tab, elsewhere) => from(tab.navigate(elsewhere)), mend: (tab) => tab.back() },
  reload: { hit: (tab) => from(tab.reload()), mend: async () => undefined },
  freeze: {
    hit: (tab) => from(tab.freeze()),
    mend: async (tab) => {
      await tab.thaw();
      // Freezing hides; the user looks at it again.
      await tab.show();
    },
  },
  stop: {
    hit: async (tab) => {
      await tab.stop();
      return nowMs();
    },
    mend: async (tab) => tab.goOn(),
  },
} as const satisfies Readonly<Record<string, Strike>>;

export type Cause = keyof typeof strikes;
const asked = process.env["TAB_CAUSES"]?.split(",");
/** `TAB_CAUSES=freeze,stop` strikes with these alone. */
export const causes = (Object.keys(strikes) as readonly Cause[]).filter(
  (cause) => asked?.includes(cause) ?? true,
);
