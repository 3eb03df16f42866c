import type {
  ChannelAsk,
  ChannelVerdict,
  Cursor,
  FrameOf,
  Limits,
  ProducerAsk,
  ServerFrame,
} from "../../protocol/frames.ts";
import type { Driver } from "../driver.ts";

/** What a frame means; the decoder has checked its shape. */
export type Hearing = { readonly [T in ServerFrame["t"]]?: (frame: FrameOf<T, ServerFrame>) => unknown };

export interface Session
  extends
    Required<Pick<Driver, "pump" | "volatile" | "bufferedBytes" | "subscribed" | "unsubscribed" | "readOn">>,
    Pick<Driver, "history" | "expire" | "ended" | "terms"> {
  readonly hear: Hearing;
  readonly setLimits: (limits: Limits) => void;
  /** What a new connection asks first; what does not fit is asked by `welcomed`. */
  readonly resume: (fits: (ask: object) => boolean) => {
    readonly channels: readonly ChannelAsk[];
    readonly producers: readonly ProducerAsk[];
  };
  readonly welcomed: (verdicts: readonly ChannelVerdict[]) => void;
  /** Every channel has its verdict and every producer its position. */
  readonly isDone: () => boolean;
  /** Where some live channels stand: at most 8, others each time. */
  readonly sample: () => readonly ({ readonly c: string } & Cursor)[];
  /** No channel is behind or without its verdict. */
  readonly isCaughtUp: () => boolean;
  readonly upkeep: (rttMs: number) => void;
  /** The server refused the cursor of this channel. */
  readonly discard: (channel: string) => void;
  /** The connection is gone. */
  readonly closed: () => void;
  /** It was closed because a message was too large. */
  readonly tooLarge: () => void;
}
