import { create } from "storybook/theming";

const isDark = window.matchMedia("(prefers-color-scheme: dark)").matches;
const [paper, surface, ink, muted, line, accent] = isDark
  ? ["#0e1113", "#15191c", "#eceff0", "#9aa5ac", "#272d31", "#4cc2b6"]
  : ["#f6f6f3", "#ffffff", "#15191c", "#59626a", "#e1e2dd", "#0b6b66"];

/** The colours of demo/styles/tokens.css around the stories; what bundles the frame reads no CSS. */
export const theme = create({
  base: isDark ? "dark" : "light",
  brandTitle: "resilient-socket",
  brandUrl: "./",
  colorPrimary: accent,
  colorSecondary: accent,
  appBg: paper,
  appContentBg: paper,
  appPreviewBg: paper,
  appBorderColor: line,
  appBorderRadius: 10,
  barBg: paper,
  barTextColor: muted,
  barSelectedColor: accent,
  textColor: ink,
  textMutedColor: muted,
  inputBg: surface,
  inputBorder: line,
  inputTextColor: ink,
});
