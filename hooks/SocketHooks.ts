import type { ReactNode } from "react";
import type { ResilientSocketProviderProps } from "../providers/ClientProvider.tsx";
import type { Message } from "../src/client/message.ts";
import type { ResilientWS } from "./resilientWS.ts";
import type { SubscriptionOptions } from "./useChannel.ts";
import type { useConnectionState } from "./useConnectionState.ts";
import type { useQueueState } from "./useQueueState.ts";
import type { useResilientClient } from "./useResilientClient.ts";
import type { ResilientWSOptions } from "./useSocket.ts";
import type { Target } from "./useTarget.ts";

/**
 * Channel names and what they carry: a payload for both directions, or `{ send; receive }`. Keys may be template
 * literals: `` { lobby: Chat; [room: `room:${string}`]: Chat } ``.
 */
export type Channels<C> = { readonly [K in keyof C]: unknown };
export type ChannelName<C> = Extract<keyof C, string>;

interface Directions {
  readonly send: unknown;
  readonly receive: unknown;
}
export type SendPayload<P> = [P] extends [Directions] ? P["send"] : P;
export type ReceivePayload<P> = [P] extends [Directions] ? P["receive"] : P;

type TypedOptions<C, N extends ChannelName<C>> = Omit<ResilientWSOptions<ReceivePayload<C[N]>>, "channel"> & {
  readonly channel: N;
};

/** The hooks of one connection, with their own provider: several connections in one app do not meet. */
export interface SocketHooks<C extends Channels<C>> {
  readonly ResilientSocketProvider: (props: ResilientSocketProviderProps) => ReactNode;
  readonly useResilientClient: typeof useResilientClient;
  readonly useConnectionState: typeof useConnectionState;
  readonly useQueueState: typeof useQueueState;
  readonly useSubscription: <N extends ChannelName<C>>(
    channel: N,
    handler: (message: Message<ReceivePayload<C[N]>>) => void,
    options?: SubscriptionOptions<ReceivePayload<C[N]>>,
  ) => void;
  readonly useResilientWS: {
    <N extends ChannelName<C>>(options: TypedOptions<C, N>): ResilientWS<SendPayload<C[N]>>;
    <N extends ChannelName<C>>(target: Target, options: TypedOptions<C, N>): ResilientWS<SendPayload<C[N]>>;
  };
}
