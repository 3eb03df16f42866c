/** `resilient-socket/devtools`: look into a connection, replay it, break it. */
export {
  ResilientSocketDevtools,
  ResilientSocketDevtoolsPanel,
} from "../../devtools/ResilientSocketDevtools.tsx";
export type {
  ResilientSocketDevtoolsPanelProps,
  ResilientSocketDevtoolsProps,
} from "../../devtools/ResilientSocketDevtools.tsx";
export { hideInspector, showInspector } from "../../devtools/remember.ts";
export type { InspectorPane } from "../../devtools/remember.ts";
export { resilientSocketPlugin } from "../../devtools/resilientSocketPlugin.tsx";
export type { ResilientSocketPlugin } from "../../devtools/resilientSocketPlugin.tsx";
export { connectReduxDevtools } from "../devtools/connectReduxDevtools.ts";
export type { ReduxDevtoolsExtension, ReduxDevtoolsOptions } from "../devtools/connectReduxDevtools.ts";
export { allMessages } from "../devtools/inspectorMessages.ts";
export type { AllMessages } from "../devtools/inspectorMessages.ts";
