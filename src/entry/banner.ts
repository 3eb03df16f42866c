/** `resilient-socket/banner`: the connection in words, for the people who use the app. */
export { ConnectionBanner } from "../../devtools/ConnectionBanner.tsx";
export type { ConnectionBannerProps } from "../../devtools/ConnectionBanner.tsx";
export { createNotice } from "../devtools/createNotice.ts";
export type { Notice, NoticeOptions } from "../devtools/createNotice.ts";
export { describeConnection, messages } from "../devtools/messages.ts";
export type { Description, MessageCode, Messages, RecoveryKind } from "../devtools/messages.ts";
