export { createClient } from "../client/createClient.ts";
export { createResilientClient } from "../client/createResilientClient.ts";
export type { Envelope } from "../client/encode.ts";
export { heartbeat } from "../client/heartbeat.ts";
export type { Heartbeat } from "../client/heartbeat.ts";
export { hints } from "../client/hints.ts";
export type { Hints } from "../client/hints.ts";
export { tabs } from "../client/tabs/tabs.ts";
export { indexedDB } from "../client/indexedDB.ts";
export { keptIn } from "../client/outbox/keptIn.ts";
export type { Keeper, KeeperHost, OutboxStorageFeature, StoredPayload } from "../client/outbox/keeper.ts";
export { telemetry } from "../client/telemetry.ts";
export type { MeasureContext, Telemetry, TelemetryOptions } from "../client/telemetry.ts";
export { plainProtocol } from "../client/plainProtocol.ts";
export { resilientProtocol } from "../client/resilientProtocol.ts";
export { capped, decorrelated, equal, fixed, full, perClient } from "../core/backoff.ts";
export { breaker } from "../core/breaker.ts";
export type { Breaker } from "../core/breaker.ts";
export { evictOldest } from "../core/evictOldest.ts";
export type { Overflow } from "../core/overflow.ts";
export { waitForRoom } from "../core/waitForRoom.ts";
export { ResilientSocketError, StateTransitionError } from "../core/errors.ts";
export { browserPorts } from "../platform/browserPorts.ts";

export type { Backlog } from "../client/backlog.ts";
export type { Continuity, ContinuityResult, Message } from "../client/message.ts";
export type {
  BackoffOptions,
  BreakerOptions,
  ClientLogger,
  ClientOptions,
  ClientOutboxOptions,
  FetchToken,
  HeartbeatOptions,
  OutboxOptions,
  ResilientClientOptions,
  Tabs,
  TabsOptions,
  TimeoutOptions,
  Token,
} from "../client/options.ts";
export type { LastSeen, Parsed, PlainOptions, Sendable } from "../client/plainProtocol.ts";
export type { Protocol } from "../client/protocol.ts";
export type { LogLevel } from "../core/logLevel.ts";
export type { Receipt, ReceiptStatus, Settlement } from "../client/receipt.ts";
export type {
  BacklogOptions,
  ClientEvents,
  HistoryPage,
  MessagesOptions,
  OutboxEntry,
  Pace,
  PacedOptions,
  ResilientClient,
  SubscribeOptions,
  TabsState,
} from "../client/ResilientClient.ts";
export type { ResilientOptions } from "../client/resilientProtocol.ts";
export type { Reply, RequestOptions } from "../client/reply.ts";
export type { SendOptions } from "../client/sendOptions.ts";
export type { Store } from "../client/store.ts";
export type { Backoff, BackoffInput, BoundedOptions, PerClientOptions } from "../core/backoff.ts";
export type {
  ConnectionState,
  DisconnectReason,
  ReconnectReason,
  Recovery,
  StateName,
} from "../core/connectionState.ts";
export type { ErrorCode } from "../core/errors.ts";
export type {
  Clock,
  Dice,
  Hint,
  OpenSocket,
  Ports,
  RawData,
  Sensors,
  Socket,
  SocketEvents,
} from "../core/ports.ts";
export type { QueueState } from "../core/queueState.ts";
export type { Boots } from "../core/ports/boots.ts";
export type {
  OpenOutboxStorage,
  OutboxChange,
  OutboxStorage,
  RowKey,
  StoredCounter,
  StoredOutbox,
  StoredProducer,
  StoredRow,
  StoredVerdict,
} from "../core/ports/outboxStorage.ts";
export type { IndexedDbOptions } from "../platform/indexedDb/options.ts";
export type { Cursor, Since } from "../protocol/frames.ts";
