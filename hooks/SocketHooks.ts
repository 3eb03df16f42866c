import type { ReactNode } from "react";
import type { ResilientSocketProviderProps } from "../providers/ClientProvider.tsx";
import type { Message } from "../src/client/message.ts";
import type { OutboxEntry } from "../src/client/ResilientClient.ts";
import type { ResilientWS } from "./resilientWS.ts";
import type { useCanSend } from "./useCanSend.ts";
import type { BatchOptions, SubscriptionOptions } from "./useChannel.ts";
import type { useConnectionState } from "./useConnectionState.ts";
import type { useQueueState } from "./useQueueState.ts";
import type { useReceipt } from "./useReceipt.ts";
import type { useResilientClient } from "./useResilientClient.ts";
import type { ResilientWSOptions } from "./useSocket.ts";
import type { useTabRole } from "./useTabRole.ts";
import type { Target } from "./useTarget.ts";

/**
 * Channel names and what they carry: a payload for both directions, or `{ send; receive }`. Keys may be template
 * literals: `` { lobby: Chat; [room: `room:${string}`]: Chat } ``.
 */
export type Channels<C> = { readonly [K in keyof C]: unknown };
/** The names that a map of channels allows. */
export type ChannelName<C> = Extract<keyof C, string>;

interface Directions {
  readonly send: unknown;
  readonly receive: unknown;
}
export type SendPayload<P> = [P] extends [Directions] ? P["send"] : P;
export type ReceivePayload<P> = [P] extends [Directions] ? P["receive"] : P;

type Received<C, N extends ChannelName<C>> = Message<ReceivePayload<C[N]>>;
type TypedOptions<C, N extends ChannelName<C>> = Omit<ResilientWSOptions<ReceivePayload<C[N]>>, "channel"> & {
  readonly channel: N;
};

/** The hooks of one connection, with their own provider: several connections in one app do not meet. */
export interface SocketHooks<C extends Channels<C>> {
  readonly ResilientSocketProvider: (props: ResilientSocketProviderProps) => ReactNode;
  readonly useResilientClient: typeof useResilientClient;
  readonly useConnectionState: typeof useConnectionState;
  readonly useQueueState: typeof useQueueState;
  readonly useOutbox: (channel?: ChannelName<C>) => readonly OutboxEntry[];
  readonly useLastMessage: <N extends ChannelName<C>, S = Received<C, N>>(
    channel: N,
    selector?: (message: Received<C, N>) => S,
    isEqual?: (a: S, b: S) => boolean,
  ) => S | undefined;
  readonly useReceipt: typeof useReceipt;
  readonly useTabRole: typeof useTabRole;
  readonly useCanSend: typeof useCanSend;
  readonly useSubscription: {
    <N extends ChannelName<C>>(
      channel: N,
      handler: (messages: readonly Received<C, N>[]) => void,
      options: BatchOptions<ReceivePayload<C[N]>>,
    ): void;
    <N extends ChannelName<C>>(
      channel: N,
      handler: (message: Received<C, N>) => void,
      options?: SubscriptionOptions<ReceivePayload<C[N]>> & { readonly batch?: false | undefined },
    ): void;
  };
  readonly useResilientWS: {
    <N extends ChannelName<C>>(options: TypedOptions<C, N>): ResilientWS<SendPayload<C[N]>>;
    <N extends ChannelName<C>>(target: Target, options: TypedOptions<C, N>): ResilientWS<SendPayload<C[N]>>;
  };
}
