export const paneNames = ["timeline", "outbox", "messages", "channels", "tabs", "figures", "faults"] as const;
/** A pane of the inspector, by name. */
export type InspectorPane = (typeof paneNames)[number];

/** What the inspector keeps over a reload, in this tab alone. */
export interface Kept {
  readonly open: boolean;
  readonly pane: InspectorPane;
}

const key = "resilient-socket:devtools";
const initial: Kept = { open: false, pane: "timeline" };
const listeners = new Set<() => void>();
let now: Kept | undefined;

/** Storage may be forbidden, and what is in it may be anything. */
const read = (): Kept => {
  try {
    const { open, pane } = JSON.parse(sessionStorage.getItem(key) ?? "{}") as Partial<Kept>;
    return { open: open === true, pane: paneNames.find((name) => name === pane) ?? initial.pane };
  } catch {
    return initial;
  }
};

export const kept = {
  get: () => (now ??= read()),
  getServer: () => initial,
  subscribe: (listener: () => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
};

export const remember = (change: Partial<Kept>): void => {
  now = { ...kept.get(), ...change };
  try {
    sessionStorage.setItem(key, JSON.stringify(now));
  } catch {
    // Then it is forgotten with the page.
  }
  for (const listener of [...listeners]) listener();
};

/** Opens the inspector that is on the page, on this pane; default: where it was last. For a shortcut or a link of the app's own. */
export const showInspector = (pane?: InspectorPane): void => remember({ open: true, ...(pane && { pane }) });

/** Closes it: it listens to nothing from then on. */
export const hideInspector = (): void => remember({ open: false });
