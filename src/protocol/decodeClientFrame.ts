import type { ClientFrame } from "./frames.ts";
import { isName } from "./isName.ts";
import { isCursor, isNumber, isOrigin, isPlace, isProducer, isSince } from "./places.ts";
import { isClientStats } from "./stats.ts";
import { isAbsentOr, isCount, isShape, isText, type Shape } from "./shape.ts";

/** What a WebSocket message from a client turned out to be. */
export type DecodedClient =
  | { readonly ok: true; readonly frames: readonly ClientFrame[]; readonly unknown: readonly string[] }
  | {
      readonly ok: false;
      readonly code: "MALFORMED" | "INVALID_FRAME" | "INVALID_SEQ";
      readonly ref: string;
    };

const isTrue = (value: unknown): boolean => value === true;
const areAll = (value: unknown, check: (value: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(check);

const isAsk = (value: unknown): boolean =>
  isShape(value) && isName(value["c"]) && ("since" in value ? isSince(value["since"]) : isCursor(value));
const isClaim = (value: unknown): boolean =>
  isShape(value) &&
  isProducer(value["p"]) &&
  isName(value["c"]) &&
  isCount(value["acked"]) &&
  isAbsentOr(value["old"], isTrue);
/** Sampled cursors of a pong. */
const areSamples = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length <= 8 &&
  value.every((one) => isShape(one) && isName(one["c"]) && isCursor(one));
const isItem = (value: unknown): boolean =>
  isShape(value) &&
  isName(value["id"], 128) &&
  (value["void"] === true) !== "d" in value &&
  isAbsentOr(value["void"], isTrue) &&
  isAbsentOr(value["key"], isTrue) &&
  isAbsentOr(value["re"], isOrigin) &&
  isAbsentOr(value["old"], isTrue) &&
  isAbsentOr(value["ttl"], isCount) &&
  isAbsentOr(value["expected"], isPlace);

const shapes: { readonly [T in ClientFrame["t"]]: (frame: Shape) => boolean } = {
  auth: (f) =>
    (f["token"] === null || isText(f["token"], 16_384)) &&
    isName(f["group"]) &&
    isCount(f["term"]) &&
    isAbsentOr(f["v"], isNumber),
  resume: (f) =>
    areAll(f["channels"], isAsk) &&
    areAll(f["producers"], isClaim) &&
    isAbsentOr(f["maxChunk"], isNumber) &&
    isAbsentOr(f["stats"], isClientStats),
  claim: (f) => areAll(f["producers"], isClaim),
  sub: isAsk,
  unsub: (f) => isName(f["c"]),
  pub: (f) =>
    isName(f["c"]) &&
    isProducer(f["p"]) &&
    isNumber(f["n"]) &&
    isCount(f["acked"]) &&
    areAll(f["m"], isItem) &&
    (f["m"] as readonly unknown[]).length > 0 &&
    isCount((f["n"] as number) + (f["m"] as readonly unknown[]).length) &&
    isAbsentOr(f["old"], isTrue),
  skip: (f) =>
    isName(f["c"]) &&
    isProducer(f["p"]) &&
    isNumber(f["from"]) &&
    isNumber(f["to"]) &&
    (f["to"] as number) >= (f["from"] as number) &&
    isCount(f["acked"]) &&
    isAbsentOr(f["old"], isTrue),
  read: (f) =>
    isCount(f["rid"]) &&
    isName(f["c"]) &&
    [isCursor(f["cursor"]), f["snapshot"] === true, isNumber(f["before"])].filter(Boolean).length === 1 &&
    isAbsentOr(f["limit"], isNumber),
  retire: (f) => isProducer(f["p"]),
  vol: (f) => isName(f["c"]) && "d" in f,
  ping: () => true,
  pong: (f) => isAbsentOr(f["cursors"], areSamples) && isAbsentOr(f["stats"], isClientStats),
  bye: () => true,
};

/** The channel of a cursor whose `seq` cannot be one: the client discards that cursor and resumes fresh. */
function channelOfInvalidSeq(frame: Shape): string | undefined {
  const asks: readonly unknown[] =
    frame["t"] === "resume" && Array.isArray(frame["channels"])
      ? frame["channels"]
      : frame["t"] === "sub"
        ? [frame]
        : frame["t"] === "read" && isShape(frame["cursor"])
          ? [{ ...frame["cursor"], c: frame["c"] }]
          : [];
  const bad = asks.find((ask) => isShape(ask) && isName(ask["c"]) && "seq" in ask && !isCount(ask["seq"]));
  return (bad as { readonly c: string } | undefined)?.c;
}

const refuse = (code: "MALFORMED" | "INVALID_FRAME" | "INVALID_SEQ", ref = "") =>
  ({ ok: false, code, ref }) as const;

/** Reads one WebSocket message: a frame or an array of frames. Never throws; one bad frame refuses the message. */
export function decodeClientFrame(text: string): DecodedClient {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return refuse("MALFORMED");
  }
  const list: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  const frames: ClientFrame[] = [];
  const unknown: string[] = [];
  for (const frame of list) {
    if (!isShape(frame) || !isText(frame["t"], 32)) return refuse("INVALID_FRAME");
    const type = frame["t"];
    if (!Object.hasOwn(shapes, type)) unknown.push(type);
    else if (shapes[type as ClientFrame["t"]](frame)) frames.push(frame as unknown as ClientFrame);
    else {
      const channel = channelOfInvalidSeq(frame);
      return channel === undefined ? refuse("INVALID_FRAME", type) : refuse("INVALID_SEQ", channel);
    }
  }
  return { ok: true, frames, unknown };
}
