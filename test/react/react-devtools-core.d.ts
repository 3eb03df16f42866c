/** The part of it that a test uses; it brings no types. */
declare module "react-devtools-core" {
  /** Puts the hook into the page that React looks for when it is loaded. */
  export const initialize: () => void;
}
