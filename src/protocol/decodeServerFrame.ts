import type { ServerFrame } from "./frames.ts";

/**
 * What the client relies on, per frame type: `field` is a string, `#` a non-negative safe integer, `*` a positive one, `+` a
 * non-negative number, `[` an array, `{` an object; a trailing `?` allows absence or null. Unknown fields are ignored.
 */
const shapes: Readonly<Record<ServerFrame["t"], string>> = {
  hello: "#v {limits +hbMs +hbTimeoutMs",
  authed: "subject",
  welcome: "cid +spreadMs [channels",
  subscribed: "c epoch #head tail status",
  positions: "[producers",
  delta: "c epoch [ev #rid?",
  snapshot: "c epoch #seq tail #part #parts d #rid? reason?",
  live: "c epoch #seq tail",
  data: "c [ev",
  ack: "c p #n #head [runs? [verdicts? [replies?",
  nack: "c p #n code #pos? +retryAfterMs?",
  vol: "c",
  reauth: "+byMs",
  goaway: "reason +minMs +maxMs to?",
  error: "code ref? reason? +retryAfterMs?",
  ping: "",
  pong: "",
};

/** Shapes of what stands in those arrays and objects. */
const elements: Readonly<Record<string, string>> = {
  limits: "#maxFrameBytes #windowMessages #windowBytes",
  channels: shapes.subscribed,
  producers: "c p #n? #head [runs? [verdicts? [replies?",
  ev: "#seq tail prev +lam *hid?",
};

const kinds: Readonly<Record<string, (value: unknown) => boolean>> = {
  "#": (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  "*": (value) => Number.isSafeInteger(value) && (value as number) > 0,
  "+": (value) => typeof value === "number" && value >= 0,
  "[": Array.isArray,
  "{": (value) => typeof value === "object",
};

type Rule = (value: Record<string, unknown>) => boolean;

const isString = (value: unknown): boolean => typeof value === "string";

const compile = (shape: string): readonly Rule[] =>
  shape.split(" ").flatMap((word) => {
    const name = word.replace(/\W/g, "");
    const is = kinds[word[0] ?? ""] ?? isString;
    const element = elements[name];
    const rules = element === undefined ? [] : compile(element);
    const optional = word.endsWith("?");
    return name
      ? (value) => {
          const field = value[name];
          if (field == null) return optional;
          return is(field) && (!rules.length || [field].flat().every((one) => fits(one, rules)));
        }
      : [];
  });

const fits = (value: unknown, rules: readonly Rule[]): boolean =>
  typeof value === "object" &&
  value !== null &&
  rules.every((rule) => rule(value as Record<string, unknown>));

const compiled = new Map(Object.entries(shapes).map(([type, shape]) => [type, compile(shape)]));

/** The frames of one WebSocket message; null when it is no such message. Frames of unknown type are left out. */
export const decodeServerFrames = (text: string): readonly ServerFrame[] | null => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const frames: ServerFrame[] = [];
  for (const frame of Array.isArray(value) ? value : [value]) {
    const type: unknown = (frame as { t?: unknown } | null)?.t;
    if (typeof type !== "string") return null;
    const rules = compiled.get(type);
    if (!rules) continue;
    if (!fits(frame, rules)) return null;
    frames.push(frame as ServerFrame);
  }
  return frames;
};
