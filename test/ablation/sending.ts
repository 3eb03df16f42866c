import { cut, cutBoth, type Rule } from "./rule.ts";

const outbox = "src/core/outbox.ts";
const lane = "src/core/lane.ts";
const sender = "src/core/sender.ts";
const createSend = "src/client/createSend.ts";
const delivery = "src/client/resilient/delivery.ts";
const createClient = "src/client/createClient.ts";

/** How a client numbers and sends. */
export const sending: readonly Rule[] = [
  {
    text: "A number is given at enqueue, once, and never to another message, whatever left the outbox since.",
    statements: "P1.4",
    cuts: [
      cut(
        "numbers counted from the rows",
        outbox,
        "row.n = lane.next++;",
        "row.n = (lane.next = Math.max(lane.answered, ...lane.rows.keys()) + 2) - 1;",
        "core/sender",
      ),
      cut(
        "numbers given again after a break",
        sender,
        "  lane.cursor = Math.min(Math.max(lane.answered, position) + 1, lane.next);\n",
        "  lane.cursor = Math.min(Math.max(lane.answered, position) + 1, lane.next);\n  lane.rows = new Map([...lane.rows.values()].map((row, i) => [lane.answered + 1 + i, { ...row, n: lane.answered + 1 + i }]));\n  lane.next = lane.answered + 1 + lane.rows.size;\n",
        "core/sender",
      ),
    ],
  },
  {
    text: "The lowest number is `answered` + 1; every absent number above it is told as a skip. `answered` moves with the rows.",
    statements: "P5.5",
    cuts: [
      cut(
        "no skip",
        sender,
        "    lane.cursor = to + 1;\n    return { text, bytes: text.length };",
        "    lane.cursor = to + 1;\n    return pack(lane, room, atLeastOne, terms, nowMs);",
        "core/sender",
      ),
      cut("the watermark stays", sender, "  lane.answered = upTo;\n", "", "core/sender"),
    ],
  },
  {
    text: "The size of a WebSocket message is counted in UTF-8 bytes, when it is packed.",
    statements: "P10.1",
    cuts: [
      cut(
        "characters of the payload",
        createSend,
        "? utf8Bytes(body)",
        "? body.length",
        "client/sending",
        "core/sender",
      ),
      cut(
        "packed without a limit",
        sender,
        "if (bytes + size > room && (items.length || !atLeastOne)) break;",
        "",
        "core/sender",
      ),
    ],
  },
  {
    text: "The window is a span of numbers: never one above answered + window, skips included.",
    statements: "P5.9",
    cuts: [
      cut(
        "a window of messages",
        sender,
        "lane.answered + terms.window)",
        "lane.answered + terms.window + (lane.next - 1 - lane.answered - lane.rows.size))",
        "core/sender",
      ),
      cut(
        "one skip for all",
        sender,
        "while (to < last && !going(to + 1)) to++;",
        "while (to < lane.next - 1 && !going(to + 1)) to++;",
        "core/sender",
      ),
    ],
  },
  {
    text: "A number without run or verdict settles `acked { seqAtMost }`.",
    statements: "P5.1",
    cuts: [
      cut(
        "settles uncertain instead",
        sender,
        ': [row, { kind: "acked", seqAtMost: answer.head }];',
        ': [row, { kind: "uncertain" }];',
        "core/sender",
      ),
    ],
  },
  {
    text: "An answer never takes back what an earlier one said.",
    statements: "P5.1",
    cuts: [
      cut("the last answer holds", sender, "if (upTo <= lane.answered) return settled;", "", "core/sender"),
    ],
  },
  {
    text: "An ack for what was asked about and is not answered yet is another's: it says nothing of the numbers before.",
    statements: "P4.7",
    cuts: [
      cut(
        "taken for its own",
        delivery,
        "if (lane && !asked.has(lane)) answered(lane, answer);",
        "if (lane) answered(lane, answer);",
        "client/answers",
      ),
    ],
  },
  {
    text: "Nothing is transmitted before the positions are known.",
    statements: "P4.7",
    cuts: [
      cut(
        "pub before welcome",
        createClient,
        "if (connection.isConnected()) driver.pump();",
        "driver.pump();",
        "client/sending",
      ),
      cut(
        "pub while resuming",
        "src/client/createConnection.ts",
        'const isConnected = (): boolean => machine.state().name === "connected";',
        'const isConnected = (): boolean => ["resuming", "connected"].includes(machine.state().name);',
        "client/sending",
        "client/handshake",
      ),
    ],
  },
  {
    text: "One rewind per GAP, none while the lane waits.",
    statements: "P5.4",
    cuts: [
      cut("a GAP is not heard", delivery, "if (!lane.paused) rewind(lane, pos);", "", "client/sending"),
      cut(
        "a GAP ends a pause",
        delivery,
        "if (!lane.paused) rewind(lane, pos);",
        "lane.paused = null;\n        rewind(lane, pos);",
        "client/sending",
      ),
      cut(
        "a GAP goes back to the start",
        delivery,
        "if (!lane.paused) rewind(lane, pos);",
        "if (!lane.paused) rewind(lane);",
        "client/sending",
      ),
    ],
  },
  {
    text: "A retriable nack: wait, then the SAME number again; one for what is answered is ignored.",
    statements: "P6.4",
    cuts: [
      cut("the number is left out", delivery, "rewind(lane, n - 1);", "rewind(lane, n);", "client/sending"),
      cut(
        "a late one stops the lane",
        delivery,
        "retriable && n > lane.answered && !lane.paused",
        "retriable && !lane.paused",
        "client/answers",
      ),
    ],
  },
  {
    text: "What was possibly transmitted is never simply removed: it becomes a void under the same number and settles by the answer.",
    statements: "P5.5",
    later: "posted to a leader counts as transmitted (tabs)",
    cuts: [
      cut("no void", outbox, "if (possiblySent(row)) {\n", "if (false) {\n", "core/sender"),
      cut(
        "a void settles as it was withdrawn",
        sender,
        "if (verdict) return [",
        "if (row.voided) return [row, { kind: row.voided }];\n  if (verdict) return [",
        "core/sender",
      ),
      cut(
        "a rewind forgets what was sent",
        sender,
        "  lane.flight = lane.flightBytes = 0;\n",
        "  lane.flight = lane.flightBytes = 0;\n  lane.sentBelow = lane.cursor;\n",
        "core/sender",
      ),
    ],
  },
  {
    text: "A row that names an original counts as transmitted, and its void names the original too.",
    statements: "P5.8",
    cuts: [
      cut(
        "a renewed row counts as new",
        lane,
        "n < lane.sentBelow || re !== null",
        "n < lane.sentBelow",
        "core/sender",
      ),
      cut("a void without its original", sender, "(row.re ? `", "(row.re && !row.voided ? `", "core/sender"),
    ],
  },
  {
    text: "The client never infers a rollback: a queued old answer would lie. Frames carry `acked`, the server compares.",
    statements: "P5.6",
    cuts: [
      cut(
        "inferred from a position",
        delivery,
        "if (position.rolledBack) return",
        "if (position.rolledBack || n < lane.answered) return",
        "client/answers",
      ),
      cut(
        "pub and skip without the watermark",
        sender,
        '"acked":${lane.answered}',
        '"acked":0',
        "core/sender",
      ),
      cut("claims without the watermark", delivery, "acked: lane.answered,", "acked: 0,", "client/answers"),
    ],
  },
  {
    text: "After a rollback the loss is signalled, and the rows go on under a new producer from 1, each possibly transmitted one naming its original.",
    statements: "P5.6, P5.8",
    cuts: [
      cut("in silence", delivery, 'host.emitter.emit("lost", ', 'void ("lost", ', "client/sending"),
      cut(
        "under the same producer",
        delivery,
        "restart(queue.outbox, lane, p, forgotten",
        "restart(queue.outbox, lane, lane.p, forgotten",
        "client/sending",
      ),
      cut(
        "without naming the original",
        sender,
        "if (sent) row.re ??= { p: lane.p, n: row.n };",
        "row.re = null;",
        "core/sender",
      ),
      cut(
        "naming the last producer, not the first",
        sender,
        "row.re ??= { p: lane.p, n: row.n }",
        "row.re = { p: lane.p, n: row.n }",
        "core/sender",
      ),
      cut(
        "everything uncertain",
        sender,
        "if (row.voided || (sent && isLost))",
        "if (row.voided || sent)",
        "core/sender",
      ),
    ],
  },
  {
    text: "A producer older than the outbox max age says `old`; forgotten by the server its possibly transmitted rows settle `uncertain` and the rest go on.",
    statements: "P5.7",
    cuts: [
      cutBoth(
        "old is not said",
        [
          {
            file: sender,
            find: "const old = nowMs - lane.createdAtMs > terms.maxAgeMs;",
            replace: "const old = false;",
          },
        ],
        "core/sender",
      ),
      cut(
        "a claim does not say old",
        delivery,
        "...(isOld(lane) && { old: true as const }),",
        "",
        "client/answers",
      ),
      cut(
        "forgotten rows are sent as new",
        delivery,
        'if (code === "UNKNOWN_PRODUCER") return renew(lane, true);',
        'if (code === "UNKNOWN_PRODUCER") return renew(lane, false);',
        "client/answers",
      ),
      cut(
        "forgotten rows are not told",
        sender,
        "if (row.voided || (sent && isLost))",
        "if (row.voided)",
        "core/sender",
      ),
    ],
  },
];
