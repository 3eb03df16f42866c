export type { CloseCode } from "../protocol/CloseCode.ts";
export * as closeCodes from "../protocol/closeCodes.ts";
export type { Cursor, Json, ServerGuarantees } from "../protocol/frames.ts";
export { createResilientServer } from "../server/createResilientServer.ts";
export type {
  Authenticate,
  AuthorizeRequest,
  DrainOptions,
  Filter,
  FilterEvent,
  FilterRequest,
  HandshakeRequest,
  Identity,
  InboundMessage,
  Logger,
  LogLevel,
  MessageContext,
  ResilientServer,
  ResilientServerOptions,
  ServerLimits,
  ServerSocket,
  ServerSocketEvents,
  Snapshot,
} from "../server/options.ts";
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
