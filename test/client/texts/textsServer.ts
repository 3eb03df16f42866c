/** One connection, whatever carries it. */
export interface Line {
  readonly send: (text: string) => void;
  readonly close: (code: number, reason: string) => void;
}

interface Entry {
  readonly id: string;
  readonly seq: number;
  readonly payload: unknown;
}

type Frame =
  | { readonly type: "message"; readonly id: string; readonly payload: unknown }
  | { readonly type: "resume"; readonly lastSeenId?: string }
  | { readonly type: "reconnect"; readonly lastSeqId?: number };

/** Knows nothing of resilient-socket: a stream, a set of keys, an acknowledgement per id, and a replay for who comes back. */
export const createTextsServer = () => {
  // Redis or PostgreSQL in earnest: both must outlive the process, and a key must live as long as a client may be away.
  const stream: Entry[] = [];
  const keys = new Set<string>();
  const listeners = new Set<Line>();
  let duplicates = 0;

  const publish = (payload: unknown): Entry => {
    const seq = stream.length + 1;
    const entry = { id: `msg-${seq}`, seq, payload };
    stream.push(entry);
    for (const line of listeners) line.send(JSON.stringify({ type: "message", ...entry }));
    return entry;
  };

  /** What was missed first, then what comes: nothing may overtake the replay. */
  const replay = (line: Line, last: number, send: (missed: readonly Entry[]) => void): void => {
    if (!(Number.isSafeInteger(last) && last >= 0 && last <= stream.length))
      return line.close(4000, "INVALID_SEQ");
    const missed = stream.slice(last);
    if (missed.length) send(missed);
    listeners.add(line);
  };

  const hear = (line: Line, frame: Frame): void => {
    switch (frame.type) {
      case "message":
        if (keys.has(frame.id)) duplicates++;
        else {
          keys.add(frame.id);
          publish(frame.payload);
        }
        return line.send(JSON.stringify({ type: "ack", id: frame.id }));
      case "resume": {
        const { lastSeenId = `msg-${stream.length}` } = frame;
        return replay(line, Number(lastSeenId.slice("msg-".length)), (missed) => {
          for (const entry of missed) line.send(JSON.stringify({ type: "message", ...entry }));
        });
      }
      case "reconnect":
        return replay(line, frame.lastSeqId ?? stream.length, (missed) =>
          line.send(JSON.stringify({ type: "SYNC_DELTA", payload: missed })),
        );
    }
  };

  return {
    publish,
    stream: stream as readonly Entry[],
    duplicates: () => duplicates,
    accept: (line: Line) => ({
      received: (text: string) => hear(line, JSON.parse(text) as Frame),
      closed: () => void listeners.delete(line),
    }),
  };
};
