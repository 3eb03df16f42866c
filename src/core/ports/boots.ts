/** What a tab remembers from page to page, and its duplicate with it. Owned here, implemented in src/platform and src/testing. */
export interface Boots {
  /** The producers that earlier pages of this tab left under this name; none where nothing can be remembered. */
  readonly read: (scope: string) => readonly string[];
  readonly write: (scope: string, producers: readonly string[]) => void;
}
