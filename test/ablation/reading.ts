import { cut, cutBoth, type Rule } from "./rule.ts";

const inbox = "src/core/inbox.ts";
const channel = "src/server/channel.ts";
const hub = "src/server/channelHub.ts";
const decideResume = "src/server/decideResume.ts";
const plan = "src/server/planChannel.ts";
const feed = "src/server/feed.ts";
const catchUp = "src/client/resilient/catchUp.ts";
const drive = "src/client/resilient/drive.ts";
const transitions = "src/core/machine/transitions.ts";
const closePolicy = "src/core/closePolicy.ts";

/** Where events come from, and what a break does to them. */
export const reading: readonly Rule[] = [
  {
    text: "Node and tab apply an event only if its `prev` is their own tail, else they read the log from their cursor; a fork empties the ring.",
    statements: "P1.3, P7.3, P7.5",
    cuts: [
      cut(
        "a tab counts seq alone",
        inbox,
        'return prev === cursor.tail ? "next" : "fork";',
        'return "next";',
        "client/continuity",
      ),
      cut(
        "a tab takes another event of its seq for the same",
        inbox,
        'if (seq === cursor.seq) return tail === cursor.tail ? "seen" : "fork";',
        'if (seq === cursor.seq) return "seen";',
        "client/continuity",
      ),
      cut(
        "a tab does not ask at a gap",
        catchUp,
        'if (!["asked", "parts"].includes(state.phase)) resubscribe(ask(channel));',
        "",
        "client/continuity",
      ),
      cut(
        "a node counts seq alone",
        channel,
        'return event.prev === at.tail ? "next" : "strange";',
        'return "next";',
        "server/resume",
      ),
      cut(
        "a node takes another event of a known seq for the same",
        channel,
        'return known && known.tail !== event.tail ? "strange" : "known";',
        'return "known";',
        "server/resume",
      ),
      cut(
        "a listener joins by seq alone",
        channel,
        "return next.prev === cursor.tail ? ring.slice(",
        "return true ? ring.slice(",
        "server/channel",
      ),
      cut("a node does not read on at a gap", channel, "      void catchUp();\n", "", "server/resume"),
      cut(
        "the ring outlives a fork",
        channel,
        "    ring = [];\n    head = undefined;",
        "    head = undefined;",
        "server/forks",
      ),
      cut(
        "the replay is not compared",
        feed,
        'if (decideResume(cursor, slice, Infinity).status !== "delta") return restart(cursor);',
        "",
        "server/forks",
      ),
    ],
  },
  {
    text: "The node listens before it reads, and merges what it heard by `prev`.",
    statements: "P4.2",
    cuts: [
      cutBoth(
        "what came while reading is lost",
        [
          {
            file: feed,
            find: "const missed = channel.join(cursor);",
            replace: "const missed = [] as const;",
          },
        ],
        "server/resume",
      ),
      cut(
        "what came while reading comes twice",
        inbox,
        'if (seq < cursor.seq) return "seen";',
        'if (seq < cursor.seq) return "next";',
        "client/continuity",
      ),
    ],
  },
  {
    text: "The tail at the cursor decides about a resume.",
    statements: "P4.3",
    cuts: [
      cut(
        "no tail check on resume",
        decideResume,
        'if (tail !== cursor.tail) return snapshot("forked");',
        "",
        "server/decideResume",
      ),
      cut(
        "the epoch is not compared",
        decideResume,
        'if (cursor.epoch !== slice.epoch) return snapshot("epoch_changed");',
        "",
        "server/decideResume",
      ),
    ],
  },
  {
    text: "The place right before the first stored event is a delta.",
    statements: "P4.3",
    cuts: [
      cut(
        "trimmed instead",
        decideResume,
        "if (first?.seq === seq + 1) return first.prev;",
        "",
        "server/decideResume",
      ),
    ],
  },
  {
    text: "A snapshot whose own cursor is no place of the log is not sent: `lost`.",
    statements: "P4.5",
    cuts: [
      cut(
        "no snapshot age check",
        plan,
        "if (!isSnapshotInLog(cursor, slice)) return lost(c, slice, lostReason);",
        "",
        "server/resume",
      ),
    ],
  },
  {
    text: "One bad channel does not hold up the others.",
    statements: "P4.8",
    cuts: [
      cut(
        "the deadline ends the attempt",
        transitions,
        "deadlineDue: establish,",
        "deadlineDue: missWelcome,",
        "client/handshake",
      ),
      cut(
        "a store that fails for one ends the connection",
        plan,
        'return retryLater(context, c, "store_unavailable");',
        "throw error;",
        "server/forks",
      ),
      cut(
        "the others wait for the slow one",
        "src/server/subscriptions.ts",
        "settlesWithin(context.clock, VERDICT_MS, feed.plan())",
        "feed.plan()",
        "server/forks",
      ),
    ],
  },
  {
    text: "After a heartbeat lost while catching up the client asks for messages half as large.",
    statements: "P4.4",
    cuts: [
      cut(
        "as large as before",
        drive,
        "maxChunk = Math.max(maxChunk / 2, MIN_CHUNK_BYTES);",
        "void MIN_CHUNK_BYTES;",
        "client/continuity",
      ),
      cut(
        "the server does not listen",
        "src/server/session.ts",
        "outbound.chunkBytes = Math.min(Math.max(maxChunk, MIN_CHUNK_BYTES), MAX_CHUNK_BYTES);",
        "void [maxChunk, MIN_CHUNK_BYTES];",
        "server/resume",
      ),
    ],
  },
  {
    text: "A delta that was read before a fork may come beside the snapshot: only `prev` decides, and without a place it is nothing.",
    statements: "P1.3, P4.11",
    cuts: [
      cut(
        "it gives a place to one who waits for a state",
        catchUp,
        'if (state.phase === "behind") channel.cursor ??=',
        "channel.cursor ??=",
        "client/continuity",
      ),
      cut(
        "the state is asked for anew",
        catchUp,
        'if (!["asked", "parts"].includes(state.phase)) resubscribe',
        'if (state.phase !== "asked") resubscribe',
        "client/continuity",
      ),
      cut(
        "a state without a verdict is applied",
        catchUp,
        'state.phase === "parts" && assemble(',
        "assemble(",
        "client/continuity",
      ),
    ],
  },
  {
    text: "A refused cursor is discarded and told `lost`, the channel resumes fresh; a second refusal in a row is final.",
    statements: "P4.9",
    cuts: [
      cut(
        "kept",
        catchUp,
        "      channel.cursor = undefined;\n      tell(",
        "      tell(",
        "client/handshake",
      ),
      cut("in silence", catchUp, 'tell(channel, "lost", { reason: "invalid_seq" });', "", "client/handshake"),
      cut("for ever", drive, "if (++invalidSeqs > 1)", "if (++invalidSeqs > 1e9)", "client/handshake"),
    ],
  },
  {
    text: "At least every 2 s a node compares the head of its subscribed channels with the log.",
    statements: "P7.4",
    cuts: [
      cut(
        "no 2 s poll",
        hub,
        "[...channels.values()].map((channel) => channel.reread())",
        "[] as Promise<void>[]",
        "server/resume",
      ),
    ],
  },
  {
    text: "4014 ends the socket and the leadership, never the client.",
    statements: "P3.6",
    cuts: [
      cut(
        "superseded is final",
        closePolicy,
        "code < 4500 || code > 4999",
        "code < 4014 || code > 4999",
        "core/retry",
      ),
    ],
  },
  {
    text: "Standard codes are retried, those that refuse at most three times in a row; 1009 is treated as 4013.",
    statements: "close codes",
    cuts: [
      cut(
        "refusals for ever",
        "src/core/machine/retry.ts",
        "if (refusals > maxRefusals)",
        "if (false)",
        "core/retry",
      ),
      cut(
        "the first refusal is final",
        closePolicy,
        "export const maxRefusals = 3;",
        "export const maxRefusals = 0;",
        "core/retry",
      ),
      cut(
        "1006 counts as a refusal",
        closePolicy,
        "[1002, 1003, 1007, 1008, 1010]",
        "[1002, 1003, 1006, 1007, 1008, 1010]",
        "core/retry",
      ),
      cut(
        "1009 is a loss as any",
        drive,
        "if (code === closeCodes.tooLarge || code === 1009)",
        "if (code === closeCodes.tooLarge)",
        "client/sending",
      ),
    ],
  },
];
