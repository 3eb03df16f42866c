import { cut, type Rule } from "./rule.ts";

const runElection = "src/client/tabs/runElection.ts";
const queueing = "src/core/election/queueing.ts";
const leading = "src/core/election/leading.ts";
const watching = "src/core/election/watching.ts";
const hub = "src/client/tabs/hub.ts";
const crew = "src/client/tabs/crew.ts";
const link = "src/client/tabs/link.ts";
const sharedChannel = "src/client/tabs/sharedChannel.ts";
const talk = "src/client/tabs/talk.ts";
const shareConnection = "src/client/tabs/shareConnection.ts";
const election = "client/tabs/election";
const table = "core/election";
const shared = "client/tabs/shared";
const left = "client/tabs/bequest";
const histories = "sim/tabs";
const hubs = "client/tabs/hub";

/** How tabs share a connection: what platforms taught. */
export const sharing: readonly Rule[] = [
  {
    text: "A sign of life proves that a task ran: the handler of a bus runs in a frozen page too.",
    statements: "decision 4",
    cuts: [
      cut(
        "pong straight from the handler",
        runElection,
        'ports.task(() => state.name === "leading" && post({ t: "pong", to: from, nonce }));',
        'state.name === "leading" && post({ t: "pong", to: from, nonce });',
        election,
      ),
      cut(
        "a follower steals although no task of its own runs",
        runElection,
        'return ports.task(later({ type: "provenAlive", nonce: effect.nonce }));',
        'return dispatch({ type: "provenAlive", nonce: effect.nonce });',
        "client/tabs/runElection",
      ),
      cut(
        "an echo straight from the handler",
        talk,
        "if (!owed) host.task(echo);\n    owed = message;",
        "owed = message;\n    echo();",
        shared,
      ),
    ],
  },
  {
    text: "A page that leaves holds nothing that others could wait for: no lock, no place in its queue, no socket, no bus.",
    statements: "decision 4",
    cuts: [
      cut(
        "no release in pagehide",
        queueing,
        '  { type: "disarm" },\n  { type: "releaseLock" },\n  follow(null),',
        '  { type: "disarm" },\n  follow(null),',
        election,
      ),
      cut(
        "the socket stays",
        leading,
        'return [next, { type: "stepDown" }, { type: "post", message: { t: "bye", term: state.term } }, ...effects];',
        'return [next, { type: "post", message: { t: "bye", term: state.term } }, ...effects];',
        election,
        shared,
      ),
      cut("the bus stays open", runElection, "    bus?.close();\n    bus = undefined;", "", shared),
    ],
  },
  {
    text: "Terms fence leaders: the server refuses a lower one and closes the older, a tab drops what carries a lower one and yields to a higher.",
    statements: "P3.6",
    cuts: [
      cut(
        "the server takes a lower term",
        "src/server/fence.ts",
        'if (known && term < known.term) return { accepted: false, code: "SUPERSEDED", known: known.term };',
        "",
        "server/fence",
        histories,
      ),
      cut(
        "the older stays open",
        "src/server/fence.ts",
        "if (known?.holder && known.holder !== holder) known.holder.supersede(term);",
        "",
        "server/fence",
        histories,
      ),
      cut(
        "a voice from the past is followed",
        queueing,
        "if (term < state.known.seenTerm) return [state];\n",
        "",
        table,
      ),
      cut(
        "a leader that is led above goes on",
        leading,
        "if (term <= state.known.seenTerm) return [state];\n",
        "if (term > 0) return [state];\n",
        table,
      ),
      cut(
        "a term below what was heard meanwhile",
        leading,
        "if (term <= state.known.seenTerm) return take(state);\n",
        "",
        table,
      ),
    ],
  },
  {
    text: "A silent leader is robbed after two misses, by a tab that runs, within a budget; who was robbed does not rob back at once.",
    statements: "decision 4",
    cuts: [
      cut("nobody steals", watching, '    { type: "stealLock" },\n', "", election, histories),
      cut(
        "a sleeper takes its own sleep for the leader's",
        watching,
        "  if (hasSlept(watch.sentAtMs + pongWithinMs, input))\n    return ping({ ...state, watch: resting(input) }, _event, input);\n",
        "",
        table,
      ),
      cut(
        "throttled timers are a sleep",
        watching,
        "nowMs - dueAtMs > pongWithinMs + (isHidden ? 60_000 : 0);",
        "nowMs - dueAtMs > pongWithinMs;",
        election,
      ),
      cut(
        "without a budget",
        watching,
        "mayStealAtMs: input.nowMs + stealPauseMs,",
        "mayStealAtMs: input.nowMs,",
        election,
      ),
      cut(
        "robs back",
        watching,
        "input.isHidden || known.wasRobbed ? patientStealAfterMs : 0,",
        "input.isHidden ? patientStealAfterMs : 0,",
        election,
      ),
    ],
  },
  {
    text: "A message leaves its tab's outbox on the server's verdict, never because a leader took it; all is sent again through the next.",
    statements: "P5.1",
    cuts: [
      cut(
        "dropped on taken",
        hub,
        "        socket.transmit(data);\n        progress = true;",
        '        socket.transmit(data);\n        for (const frame of [JSON.parse(data as string)].flat()) if (frame.t === "pub") member.hear({ t: "ack", p: frame.p, c: frame.c, n: frame.n + frame.m.length - 1, head: 0 });\n        progress = true;',
        histories,
      ),
      cut(
        "a new leader is not told again",
        link,
        "          own.resume(() => false);\n",
        "",
        shared,
        histories,
      ),
      cut(
        "what an earlier connection was handed goes out on the next",
        crew,
        "          if (message.era !== hand.era) return;\n",
        "",
        "client/tabs/crew",
      ),
      cut(
        "what waited for a dead connection goes out on the next",
        hub,
        "    for (const member of members) member.waiting.length = 0;\n",
        "",
        hubs,
      ),
    ],
  },
  {
    text: "What the server says goes to the tab it concerns: answers by producer, a refusal to who asked.",
    statements: "decision 4",
    cuts: [
      cut(
        "answers to the first tab",
        hub,
        "[...members].filter(({ producers }) => producers.has(p));",
        "[...members].slice(0, p.length && 1);",
        shared,
        histories,
      ),
      cut(
        "a refused channel ends it for all",
        sharedChannel,
        'if (code === "DENIED") seats.delete(member);',
        'if (code === "DENIED") seats.clear();',
        hubs,
      ),
    ],
  },
  {
    text: "A waiter that was robbed of a lock it was granted in its sleep queues again.",
    statements: "decision 4",
    cuts: [cut("left out for ever", "src/core/election/table.ts", "    robbed: requeue,\n", "", election)],
  },
  {
    text: "Followers catch up from the leader's ring only where `prev` chains, else with `read` through the leader; a fork empties the ring.",
    statements: "P7.5",
    cuts: [
      cut(
        "the ring answers a fork",
        "src/core/ring.ts",
        'return events[next]?.prev === at.tail ? events.slice(next) : "fork";',
        "return events.slice(next);",
        "core/ring",
      ),
      cut(
        "the ring answers another epoch",
        "src/core/ring.ts",
        'if (!head || at.epoch !== head.epoch) return "fork";',
        'if (!head) return "fork";',
        "core/ring",
      ),
      cut(
        "what is behind the ring starts at its beginning",
        "src/core/ring.ts",
        'if (next < 0) return "behind";',
        "if (next < 0) return events.slice(0);",
        // What is fed by it asks again for ever.
        "core/ring",
      ),
    ],
  },
  {
    text: "A tab that ran no task for 5 s gets no more posts, and fills its gap on return.",
    statements: "decision 4",
    cuts: [
      cut("posted to for ever", crew, "const asleepMs = 5_000;", "const asleepMs = Infinity;", shared),
      cut(
        "not told on return",
        crew,
        'if (message.t !== "part") ask(message.from);\n',
        "",
        shared,
        histories,
      ),
    ],
  },
  {
    text: "What a page leaves reaches who leads next, also one that was not there yet; never beside the page itself.",
    statements: "decision 4",
    cuts: [
      cut("kept to itself", shareConnection, "if (next !== null) wills.pass(next);\n", "", left),
      cut(
        "handed round",
        "src/client/tabs/wills.ts",
        'post({ t: "will", to, left });',
        'post({ t: "will", left });',
        left,
      ),
      cut("inherited from the living", shareConnection, "isHere: crew.has,", "isHere: () => false,", left),
    ],
  },
  {
    text: "A new leader goes on with the group's schedule and its memory of failures.",
    statements: "decision 4",
    cuts: [
      cut(
        "begins anew",
        shareConnection,
        'else inner.call({ type: "adopted", state: borrowed.state() });',
        'else inner.call({ type: "reconnect" });',
        shared,
      ),
      cut(
        "instants of another clock",
        "src/core/machine/mirror.ts",
        '  ...move(state, instants, -nowMs),\n  ...("error" in state',
        '  ...state,\n  ...("error" in state',
        shared,
      ),
    ],
  },
];
