"use client";
import * as React from "react";
import type { Recorder } from "../src/devtools/recorder.ts";
import { type AllMessages, say } from "../src/devtools/inspectorMessages.ts";

export interface InspectorTools {
  readonly recorder: Recorder;
  readonly messages: AllMessages;
}

const create = React.createContext as typeof React.createContext | undefined;

export const InspectorContext = (create?.<InspectorTools | null>(null) ??
  {}) as React.Context<InspectorTools | null>;

export type Say = (code: string, values?: Readonly<Record<string, string | number>>) => string;

/** Inside the inspector. */
export function useTools(): { readonly recorder: Recorder; readonly say: Say } {
  const tools = React.useContext(InspectorContext) as InspectorTools;
  const { recorder, messages } = tools;
  return React.useMemo(
    () => ({ recorder, say: (code, values) => say(messages, code, values) }),
    [recorder, messages],
  );
}
