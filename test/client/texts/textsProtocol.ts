import { plainProtocol, type Parsed, type RawData } from "../../../src/entry/core.ts";

type Entry = { readonly id: string; readonly seq: number; readonly payload: unknown };
type Frame =
  | { readonly type: "ack"; readonly id: string }
  | ({ readonly type: "message" } & Entry)
  | { readonly type: "SYNC_DELTA"; readonly payload: readonly Entry[] };

const frameOf = (raw: RawData) => JSON.parse(raw as string) as Frame;
const messageOf = ({ id, payload }: Entry): Parsed => ({ id, data: payload });

const common = {
  // The server knows a message that is sent again by its id.
  serialize: (payload: unknown, { id }: { readonly id: string }) =>
    JSON.stringify({ type: "message", id, payload }),
  isAck: (raw: RawData) => {
    const frame = frameOf(raw);
    return frame.type === "ack" ? frame.id : undefined;
  },
  parse: (raw: RawData) => {
    const frame = frameOf(raw);
    if (frame.type === "message") return messageOf(frame);
    if (frame.type === "SYNC_DELTA")
      return frame.payload.map((entry) => ({ ...messageOf(entry), replayed: true }));
    return undefined;
  },
};

/** Resumes by the id of the last message: the server sends the others one by one. */
export const resumeById = () =>
  plainProtocol({
    ...common,
    cursorOf: (message) => message?.id,
    resumeFrame: (lastSeenId) => JSON.stringify({ type: "resume", lastSeenId }),
  });

/** Resumes by a number: the server sends the others in one frame, or closes with 4000 INVALID_SEQ. */
export const resumeBySeq = () =>
  plainProtocol({
    ...common,
    cursorOf: (_message, raw) => {
      const frame = frameOf(raw);
      if (frame.type === "message") return frame.seq;
      return frame.type === "SYNC_DELTA" ? frame.payload.at(-1)?.seq : undefined;
    },
    resumeFrame: (lastSeqId) => JSON.stringify({ type: "reconnect", lastSeqId }),
  });
