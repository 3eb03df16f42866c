import { cut, cutBoth, type Rule } from "./rule.ts";

const sender = "src/core/sender.ts";
const outbox = "src/core/outbox.ts";
const ledger = "src/client/outbox/createLedger.ts";
const recordOf = "src/core/outboxLedger.ts";
const claims = "src/client/outbox/createClaims.ts";
const orphans = "src/client/outbox/orphans.ts";
const drains = "src/client/outbox/drains.ts";
const keeper = "src/client/outbox/createKeeper.ts";
const storage = "src/platform/indexedDb/openOutbox.ts";

/** How an outbox survives its page. */
export const storing: readonly Rule[] = [
  {
    text: "A message is transmitted after the commit of its row.",
    statements: "P1.4",
    cuts: [
      cut(
        "transmitted before the commit",
        ledger,
        "lane.borrowed ? lane.next - 1 : committedOf(lane)",
        "lane.next - 1",
        "client/outbox/reload",
      ),
    ],
  },
  {
    text: "What is given up settles when no page to come can send it.",
    statements: "P1.4, P5.5",
    cuts: [
      cut(
        "said before it is removed",
        outbox,
        "if (isStored) outbox.dismiss(row, settlement);\n  else ",
        "",
        "client/outbox/withdrawn",
      ),
    ],
  },
  {
    text: "Numbers and counters are one transaction, and a counter never goes back.",
    statements: "P1.4",
    cuts: [
      cut("the last writer holds", storage, "Math.max(a, b)", "a", "platform/indexedDb"),
      cut(
        "rows without their counter",
        ledger,
        "if (counter) counters.push(counter);",
        "",
        "client/outbox/reload",
      ),
    ],
  },
  {
    text: "Verdict and row removal are one transaction; an adopter stores the verdict for the owner.",
    statements: "P5.3",
    cuts: [
      cut(
        "removed without its verdict",
        ledger,
        "if (lane.borrowed && row) verdicts.push(verdictOf(key, row));",
        "",
        "client/outbox/away",
      ),
      cut(
        "a removal that failed is forgotten",
        recordOf,
        "  for (const n of rows.keys()) kept.rows.set(n, null);\n",
        "",
        "client/outbox/faults",
      ),
    ],
  },
  {
    text: "Who sends what another boot numbered gives out no numbers, and none anew after a rollback: its rows are uncertain.",
    statements: "P5.6, P5.8",
    cuts: [
      cutBoth(
        "adoption that renumbers",
        [
          {
            file: sender,
            find: "const isLost = forgotten || lane.borrowed;",
            replace: "const isLost = forgotten;",
          },
          {
            file: sender,
            find: "if (!lane.borrowed) outbox.renumber(lane, fresh);",
            replace: "outbox.renumber(lane, fresh);",
          },
          {
            file: "src/client/resilient/delivery.ts",
            find: "const p = lane.borrowed ? lane.p : dice.uuid();",
            replace: "const p = dice.uuid();",
          },
        ],
        "client/outbox/orphans",
      ),
      cut(
        "a hundred rows, and the rest as skips",
        "src/core/borrowing.ts",
        "rows.length < all.length ? 0 : nextStored",
        "nextStored",
        "client/outbox/orphans",
      ),
    ],
  },
  {
    text: "Every row that is there when a lane is taken over, or a page comes back, counts as transmitted.",
    statements: "P5.5",
    cuts: [
      cut("taken over as new", outbox, "      lane.sentBelow = lane.next;\n", "", "client/outbox/reload"),
      cut(
        "come back as new",
        recordOf,
        "      sentBelow = Math.max(sentBelow, n + 1);\n",
        "",
        "core/outboxLedger",
      ),
    ],
  },
  {
    text: "Order across boots: new messages of a channel wait until its predecessors have no unanswered row there; adopters obey.",
    statements: "P6.3",
    cuts: [
      cut("nobody waits", ledger, "Math.min(stored, host.upTo(lane))", "stored", "client/outbox/reload"),
      cut(
        "what is not claimed yet is overtaken",
        claims,
        "!!awaited.get(p)?.has(channel) ||",
        "",
        "client/outbox/reload",
      ),
      cut(
        "an adopter does not ask what comes before",
        orphans,
        "if (!lanes?.some((lane) => lane.channel === channel && n < lane.next)) taken.add(channel);",
        "void n;",
        "client/outbox/orphans",
      ),
    ],
  },
  {
    text: "A suspended page lets go of its producer's lock, and what it finds on its return holds.",
    statements: "P1.4",
    cuts: [
      cut(
        "producer lock kept in the back/forward cache",
        keeper,
        "      holds.releaseAll();\n",
        "",
        "client/outbox/away",
      ),
      cut("rows are not read again", keeper, "    await readOwn(fresh, isOver);\n", "", "client/outbox/away"),
      cut(
        "a row that is gone is sent again",
        recordOf,
        "n <= (row.guard ? answered : Math.max(committed, answered))",
        "false",
        "client/outbox/away",
      ),
      cut(
        "two wait for one answer",
        keeper,
        "void holds.rob(adopting(p)).then((release) => release?.());",
        "",
        "client/outbox/away",
      ),
    ],
  },
  {
    text: "A living tab's rows are its own: a duplicate claims nothing, an adopter waits until the lock was free for 30 s.",
    statements: "P1.4",
    cuts: [
      cut(
        "a duplicate claims",
        claims,
        "if (release) await takeOver(p, withinMs);",
        "await takeOver(p, withinMs);",
        "client/outbox/reload",
      ),
      cut(
        "adopted at once",
        orphans,
        "if (nowMs - sinceMs < goneMs || drains.isForeign(record)) return;",
        "if (drains.isForeign(record)) return;",
        "client/outbox/orphans",
      ),
      cut(
        "adopted alive",
        orphans,
        "if (await holds.isHeld(living(p), true)) return void freeSinceMs.delete(p);",
        "",
        "client/outbox/away",
      ),
    ],
  },
  {
    text: "What another subject numbered is never sent, and not even its name is told.",
    statements: "P1.4",
    cuts: [
      cut(
        "sent as whoever speaks",
        drains,
        "subject !== undefined && host.subject() !== undefined && subject !== host.subject()",
        "false",
        "client/outbox/identity",
      ),
      cut(
        "claimed before anybody spoke",
        "src/client/resilient/delivery.ts",
        "if (!lane.rows.size || lane.cleared <= lane.answered) continue;",
        "if (!lane.rows.size) continue;",
        "client/outbox/identity",
      ),
    ],
  },
];
