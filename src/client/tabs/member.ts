import type { ServerFrame } from "../../protocol/frames.ts";

/** One tab as the hub knows it; this tab is one too. */
export interface Member {
  readonly id: string;
  /** The producers it speaks for. */
  producers: ReadonlySet<string>;
  readonly hear: (frame: ServerFrame) => void;
  /** Its WebSocket messages that wait for their turn. */
  readonly waiting: string[];
  /** Characters of those that went, ever: what a tab posted and is not counted here has not left. */
  taken: number;
}

export const createMember = (
  id: string,
  producers: ReadonlySet<string>,
  hear: (frame: ServerFrame) => void,
): Member => ({ id, producers, hear, waiting: [], taken: 0 });
