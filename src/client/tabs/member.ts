import type { RawData } from "../../core/ports.ts";
import type { ServerFrame } from "../../protocol/frames.ts";
import type { ChannelFrame } from "../resilient/wire.ts";

/** One tab as the hub knows it; this tab is one too. */
export interface Member {
  readonly id: string;
  /** The producers it speaks for. */
  producers: ReadonlySet<string>;
  readonly hear: (frame: ServerFrame) => void;
  /** Its WebSocket messages that wait for their turn. */
  readonly waiting: RawData[];
  /** Characters, or bytes, of those that went, ever: what a tab posted and is not counted here has not left. */
  taken: number;
}

export const createMember = (
  id: string,
  producers: ReadonlySet<string>,
  hear: (frame: ServerFrame) => void,
): Member => ({ id, producers, hear, waiting: [], taken: 0 });

export const isChannelFrame = (item: RawData | ChannelFrame): item is ChannelFrame =>
  typeof item === "object" && "t" in item;

export const sizeOf = (data: RawData): number =>
  typeof data === "string" ? data.length : "size" in data ? data.size : data.byteLength;
