export type { CloseCode } from "../protocol/CloseCode.ts";
export * as closeCodes from "../protocol/closeCodes.ts";
export type { Cursor, Json, ServerGuarantees } from "../protocol/frames.ts";
export { createResilientServer } from "../server/createResilientServer.ts";
export type { Authenticate, AuthorizeRequest, HandshakeRequest, Identity } from "../server/access.ts";
export type { Filter, FilterEvent, FilterRequest } from "../server/filter.ts";
export type { InboundMessage, MessageContext } from "../server/inboundMessage.ts";
export type { ServerLimits } from "../server/limits.ts";
export type { LogLevel } from "../core/logLevel.ts";
export type { Logger } from "../server/log.ts";
export type { ResilientServerOptions } from "../server/options.ts";
export type { DrainOptions, ResilientServer } from "../server/ResilientServer.ts";
export type { ServerSocket, ServerSocketEvents } from "../server/serverSocket.ts";
export type { Snapshot } from "../server/snapshots.ts";
export { localFanOut } from "../server/localFanOut.ts";
export { memoryStore, type MemoryStore, type MemoryStoreOptions } from "../server/store/memoryStore.ts";
export type {
  AppendBatch,
  AppendItem,
  AppendRefusal,
  AppendResult,
  ChannelHead,
  FanOut,
  LogEvent,
  LogSlice,
  LogStore,
  PublishItem,
} from "../server/store/LogStore.ts";
