/** What the inspector keeps over a reload, in this tab alone. */
export interface Kept {
  readonly open: boolean;
  readonly pane: string;
}

const key = "resilient-socket:devtools";
const initial: Kept = { open: false, pane: "timeline" };

/** Storage may be forbidden, and what is in it may be anything. */
export const recall = (): Kept => {
  try {
    const { open, pane } = JSON.parse(sessionStorage.getItem(key) ?? "{}") as Partial<Kept>;
    return { open: open === true, pane: typeof pane === "string" ? pane : initial.pane };
  } catch {
    return initial;
  }
};

export const remember = (change: Partial<Kept>): void => {
  try {
    sessionStorage.setItem(key, JSON.stringify({ ...recall(), ...change }));
  } catch {
    // Then it opens as it did before.
  }
};
