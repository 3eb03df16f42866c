import type { RawData } from "../../core/ports.ts";
import type { Envelope } from "../encode.ts";

/** What one received message means. */
export interface Parsed {
  readonly data: unknown;
  /** Default `'default'`. */
  readonly channel?: string | undefined;
  /** The server's name for it, unique in its channel and never used again. With `cursorOf` a name that comes twice is delivered once. */
  readonly id?: string | undefined;
  /** It happened while the connection was away: part of what `resumeFrame` asked for. */
  readonly replayed?: boolean | undefined;
}

/** A place in the server's stream; only the server knows what it means. */
export type LastSeen = string | number;

/** What can be sent: views and ArrayBuffers are copied at `send`. */
export type Sendable = RawData | ArrayBufferView;

/** How the server's text and bytes are read and written. Each is optional; one that throws is reported as `HANDLER_THREW`. */
export interface PlainOptions {
  /**
   * What was received means: a message, several (`SYNC_DELTA`), or nothing. Default: JSON where it is JSON, else the raw data,
   * for channel `default`. Where it throws, that WebSocket message is dropped.
   */
  readonly parse?: ((raw: RawData) => Parsed | readonly Parsed[] | undefined) | undefined;
  /**
   * Called once per message, at `send`: what is sent again is what was sent. Default: text and binary as they are, everything else
   * as JSON, without `id` and `channel`. Undefined, or a throw: the message settles `rejected UNSERIALIZABLE`.
   */
  readonly serialize?: ((payload: unknown, envelope: Envelope) => Sendable | undefined) | undefined;
  /**
   * The ids (`envelope.id`) that a received frame acknowledges. Given: messages stay in the outbox until then, and are sent again after
   * a break with the same id, so the server must know an id again. Omitted: they settle `sent` when the socket takes them.
   */
  readonly isAck?: ((raw: RawData) => string | readonly string[] | undefined) | undefined;
  /**
   * Where the stream stands after this message, asked when its handlers have returned; without a message, after a frame that held none,
   * such as an acknowledgement or a greeting: a page that has heard nothing yet can resume only from there. Undefined: where it stood.
   */
  readonly cursorOf?: ((message: Parsed | undefined, raw: RawData) => LastSeen | undefined) | undefined;
  /**
   * The first frame on every socket, before anything that waits in the outbox: `last` is the place of the newest message, undefined
   * before the first; `byChannel` the places by channel. Undefined, or a throw: nothing is asked for, and after a break
   * every channel is told `lost`. The server must send what was missed before anything newer.
   */
  readonly resumeFrame?:
    | ((last: LastSeen | undefined, byChannel: ReadonlyMap<string, LastSeen>) => Sendable | undefined)
    | undefined;
  /** Sent after silence, see the option `heartbeat`. Omitted: no heartbeat. */
  readonly ping?: (() => Sendable) | undefined;
  /** A pong is not delivered. */
  readonly isPong?: ((raw: RawData) => boolean) | undefined;
  /**
   * What a close by the other side means. `retry`; `forget`: retry without the last place, which the server refused; `failed`, `sign-in`
   * and `update-app`: no attempt can succeed until the app acts, see `recovery`. Undefined: 4500–4999 are `failed`, 1002, 1003,
   * 1007, 1008 and 1010 from the fourth in a row on, 4000 `INVALID_SEQ` is `forget`, and `failed` where nothing can be forgotten.
   */
  readonly classifyClose?:
    | ((code: number, reason: string) => "retry" | "forget" | "failed" | "sign-in" | "update-app" | undefined)
    | undefined;
  /** How binary messages come. Default `arraybuffer`. */
  readonly binaryType?: "arraybuffer" | "blob" | undefined;
}
