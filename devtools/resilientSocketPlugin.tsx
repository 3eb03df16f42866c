"use client";
import type * as React from "react";
import {
  ResilientSocketDevtoolsPanel,
  type ResilientSocketDevtoolsPanelProps,
} from "./ResilientSocketDevtools.tsx";

/** What `plugins` of `<TanStackDevtools />` takes. https://tanstack.com/devtools */
export interface ResilientSocketPlugin {
  readonly id: string;
  readonly name: string;
  readonly render: (element: HTMLElement, context?: unknown) => React.JSX.Element;
}

type Theme = ResilientSocketDevtoolsPanelProps["theme"];

/** Its second argument was the theme, and is an object with it since. */
const themeOf = (context: unknown): Theme => {
  const theme = typeof context === "object" && context ? (context as { theme?: unknown }).theme : context;
  return theme === "light" || theme === "dark" ? theme : "system";
};

/** The inspector as a plugin of TanStack Devtools. `client` is needed where no `ResilientSocketProvider` is above these. */
export const resilientSocketPlugin = (
  props: ResilientSocketDevtoolsPanelProps = {},
): ResilientSocketPlugin => ({
  id: "resilient-socket",
  name: "resilient-socket",
  render: (_, context) => <ResilientSocketDevtoolsPanel theme={themeOf(context)} {...props} />,
});
