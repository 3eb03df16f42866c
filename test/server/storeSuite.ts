import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Clock, Dice } from "../../src/core/ports.ts";
import type { AppendBatch, AppendItem, LogStore } from "../../src/server/store/LogStore.ts";
import type { Retention } from "../../src/server/store/retention.ts";

/** What a store under the suite is built from. */
export interface StoreFixture {
  readonly window: number;
  readonly keysPerSubject: number;
  readonly retention: Partial<Retention>;
  readonly ports: { readonly clock: Clock; readonly dice: Dice };
}

export interface StoreUnderTest {
  readonly store: LogStore;
  readonly dispose: () => Promise<void>;
}

const WINDOW = 8;
const keysPerSubject = 3;

const message = (n: number, more: Partial<Extract<AppendItem, { kind: "message" }>> = {}): AppendItem => ({
  kind: "message",
  n,
  id: `id-${n}`,
  d: `{"n":${n}}`,
  ...more,
});
const messages = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => message(from + i));

const batch = (items: readonly AppendItem[], more: Partial<AppendBatch> = {}): AppendBatch => ({
  channel: "room",
  subject: "ann",
  p: "p1",
  acked: 0,
  old: false,
  lam: 0,
  items,
  ...more,
});

/** The contract of a LogStore, rule by rule. Every store runs it. */
export function storeSuite(
  name: string,
  make: (fixture: StoreFixture) => Promise<StoreUnderTest> | StoreUnderTest,
): void {
  describe(`${name} store`, () => {
    let under: StoreUnderTest;
    let store: LogStore;
    let wallMs: number;

    beforeEach(async () => {
      wallMs = 1_700_000_000_000;
      let rolls = 0;
      const dice: Dice = {
        roll: () => (++rolls * 0.618_033_988_749_895) % 1,
        uuid: () => `00000000-0000-4000-8000-${String(++rolls).padStart(12, "0")}`,
      };
      const clock: Clock = {
        nowMs: () => wallMs,
        wallMs: () => wallMs,
        after: () => () => {},
        soon: (task) => queueMicrotask(task),
      };
      const retention = { minAgeMs: 1000, minEvents: 10, maxBytes: 100_000 };
      under = await make({ window: WINDOW, keysPerSubject, retention, ports: { clock, dice } });
      store = under.store;
      await store.open();
    });
    afterEach(() => under.dispose());

    const append = async (items: readonly AppendItem[], more: Partial<AppendBatch> = {}) => {
      const [result] = await store.append([batch(items, more)]);
      if (!result) throw new Error("no result");
      return result;
    };
    const log = async (channel = "room") => (await store.read(channel, 0, 10_000)).events;
    const verdicts = async (p = "p1", acked = 0) =>
      (await store.positions("ann", [{ p, c: "room", acked }]))[0]?.verdicts;

    describe("appends", () => {
      it("numbers events from 1 and chains each to the one before by prev", async () => {
        const { events, answer } = await append(messages(1, 3));
        expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
        expect(events[0]?.prev).toBe("");
        expect(events.map(({ prev }) => prev).slice(1)).toEqual(events.map(({ tail }) => tail).slice(0, 2));
        expect(new Set(events.map(({ tail }) => tail)).size).toBe(3);
        expect(answer).toEqual({ p: "p1", c: "room", n: 3, head: 3, runs: [[1, 1, 3]] });
        expect(await log()).toEqual(events);
      });

      it("keeps payload, id and sender of an event", async () => {
        await append([message(1, { d: '{"text":"grüße \\u0000 🦆"}' })]);
        expect(await log()).toMatchObject([
          {
            channel: "room",
            d: '{"text":"grüße \\u0000 🦆"}',
            id: "id-1",
            subject: "ann",
            p: "p1",
            storedAt: wallMs,
          },
        ]);
      });

      it("counts numbers per producer and channel", async () => {
        await append(messages(1, 2));
        await append([message(1)], { channel: "other" });
        const { answer } = await append([message(1)], { p: "p2" });
        expect(answer).toMatchObject({ n: 1, head: 3, runs: [[1, 3, 1]] });
        expect((await store.head("other")).seq).toBe(1);
      });

      it("keeps subjects apart that use the same producer name (I7)", async () => {
        await append(messages(1, 2));
        const { answer, duplicates } = await append([message(1)], { subject: "bob" });
        expect({ n: answer.n, duplicates }).toEqual({ n: 1, duplicates: 0 });
      });

      it("sets Lamport time above the channel's and above what the connection was shown", async () => {
        const first = await append([message(1)], { lam: 41 });
        const second = await append([message(1)], { p: "p2", lam: 0 });
        expect([first.events[0]?.lam, second.events[0]?.lam]).toEqual([42, 43]);
      });

      it("applies several batches of one call in order", async () => {
        const results = await store.append([
          batch([message(1)]),
          batch([message(1)], { p: "p2" }),
          batch([message(2)]),
        ]);
        expect(results.map(({ events }) => events[0]?.seq)).toEqual([1, 2, 3]);
        expect(results[2]?.answer.runs).toEqual([
          [1, 1, 1],
          [2, 3, 1],
        ]);
      });

      it("answers several calls of one turn in order", async () => {
        const results = await Promise.all([1, 2, 3, 4].map((n) => append([message(n)])));
        expect(results.map(({ answer }) => answer.n)).toEqual([1, 2, 3, 4]);
        expect((await log()).map(({ d }) => d)).toEqual([1, 2, 3, 4].map((n) => `{"n":${n}}`));
      });
    });

    describe("duplicates", () => {
      it("answers a number at or below the position with its first verdict and appends nothing (I2, fault 47)", async () => {
        await append(messages(1, 3));
        const again = await append(messages(1, 3));
        expect(again.events).toEqual([]);
        expect(again.duplicates).toBe(3);
        expect(again.answer).toEqual({ p: "p1", c: "room", n: 3, head: 3, runs: [[1, 1, 3]] });
      });

      it("keeps the first verdict when a node judges differently the second time", async () => {
        await append([{ kind: "reject", n: 1, code: "SPAM" }]);
        const again = await append([message(1)]);
        expect(again.events).toEqual([]);
        expect(again.answer.verdicts).toEqual([[1, 1, "rejected:SPAM"]]);
      });

      it("† keeps the first verdict of an appended number that a node rejects the second time", async () => {
        await append(messages(1, 2));
        const { answer } = await append([{ kind: "reject", n: 1, code: "NO" }]);
        expect(answer).toEqual({ p: "p1", c: "room", n: 2, head: 2, runs: [[1, 1, 2]] });
      });

      it("applies the new part of a batch that is partly old", async () => {
        await append(messages(1, 2));
        const { events, duplicates, answer } = await append(messages(1, 4));
        expect({ duplicates, n: answer.n, appended: events.length }).toEqual({
          duplicates: 2,
          n: 4,
          appended: 2,
        });
      });

      it("answers only what lies above the answered watermark", async () => {
        await append(messages(1, 4));
        const { answer } = await append([message(4)], { acked: 2 });
        expect(answer.runs).toEqual([[3, 3, 2]]);
      });

      it("probes are answered, never applied", async () => {
        await append([message(1)]);
        const { duplicates, refused, answer } = await append([{ kind: "probe", from: 1, to: 3 }]);
        expect({ duplicates, n: answer.n, refused }).toEqual({
          duplicates: 1,
          n: 1,
          refused: { code: "GAP", n: 2, pos: 1 },
        });
      });
    });

    describe("refusals", () => {
      it("refuses a number beyond the next with GAP and applies what came before it", async () => {
        const { refused, answer } = await append([message(1), message(3)]);
        expect(refused).toEqual({ code: "GAP", n: 3, pos: 1 });
        expect(answer.n).toBe(1);
        expect(await log()).toHaveLength(1);
      });

      it("an unknown young producer that starts above 1 is a GAP at 0, and leaves no record", async () => {
        const { refused } = await append([message(5)]);
        expect(refused).toEqual({ code: "GAP", n: 5, pos: 0 });
        expect((await store.positions("ann", [{ p: "p1", c: "room", acked: 0 }]))[0]?.n).toBeNull();
      });

      it("a watermark above the position means the store was rolled back (fault 60)", async () => {
        await append(messages(1, 2));
        const { refused, events } = await append([message(3)], { acked: 3 });
        expect(refused).toEqual({ code: "ROLLED_BACK", n: 3, pos: 2 });
        expect(events).toEqual([]);
        const [position] = await store.positions("ann", [{ p: "p1", c: "room", acked: 3 }]);
        expect(position).toMatchObject({ n: 2, rolledBack: true });
      });

      it("an unknown producer that was answered before is ROLLED_BACK", async () => {
        expect((await append([message(3)], { acked: 2 })).refused).toEqual({
          code: "ROLLED_BACK",
          n: 3,
          pos: 0,
        });
      });

      it("an unknown old producer is UNKNOWN_PRODUCER whatever the number (fault 63)", async () => {
        for (const n of [1, 7]) {
          const { refused } = await append([message(n)], { old: true });
          expect(refused).toEqual({ code: "UNKNOWN_PRODUCER", n, pos: 0 });
        }
        expect(await log()).toEqual([]);
      });

      it("an old producer that is known on another channel is known", async () => {
        await append([message(1)], { channel: "other" });
        expect((await append([message(1)], { old: true })).refused).toBeUndefined();
      });
    });

    describe("skips and voids", () => {
      it("a skip takes its numbers and appends nothing", async () => {
        await append([{ kind: "skip", from: 1, to: 3 }]);
        expect(await verdicts()).toEqual([[1, 3, "skipped"]]);
        expect((await append([message(4)])).answer.n).toBe(4);
        expect(await log()).toHaveLength(1);
      });

      it("a partly old skip applies the rest", async () => {
        await append(messages(1, 2));
        const { duplicates, answer } = await append([{ kind: "skip", from: 1, to: 4 }]);
        expect({ duplicates, n: answer.n, verdicts: answer.verdicts }).toEqual({
          duplicates: 2,
          n: 4,
          verdicts: [[3, 4, "skipped"]],
        });
      });

      it("a void takes its number without an event; one that had landed is answered as it landed", async () => {
        await append([message(1)]);
        const { answer } = await append([
          { kind: "void", n: 1 },
          { kind: "void", n: 2 },
        ]);
        expect(answer).toMatchObject({ n: 2, runs: [[1, 1, 1]], verdicts: [[2, 2, "skipped"]] });
      });
    });

    describe("rows of an earlier producer", () => {
      const again = (n: number, of: number, more = {}) => message(n, { re: { p: "p1", n: of }, ...more });

      it("a row that had landed is answered dup with its seq and not appended again (I2)", async () => {
        await append(messages(1, 2));
        const { answer, events } = await append([again(1, 2)], { p: "p2" });
        expect(events).toEqual([]);
        expect(answer.verdicts).toEqual([[1, 1, "dup", 2]]);
      });

      it("a row that had been rejected is rejected again", async () => {
        await append([{ kind: "reject", n: 1, code: "SPAM" }]);
        expect((await append([again(1, 1)], { p: "p2" })).answer.verdicts).toEqual([[1, 1, "rejected:SPAM"]]);
      });

      it("a row that had not landed is appended, and the original closed for its late copies", async () => {
        await append([message(1)]);
        expect((await append([again(1, 2)], { p: "p2" })).events).toHaveLength(1);
        expect((await append([message(2)])).refused).toEqual({ code: "CLOSED", n: 2, pos: 1 });
        expect((await append([message(1)])).duplicates).toBe(1);
      });

      it("an unknown original of a young row is buried under a tombstone", async () => {
        expect((await append([again(1, 1)], { p: "p2" })).events).toHaveLength(1);
        expect((await append([message(1)])).refused).toEqual({ code: "CLOSED", n: 1, pos: 0 });
        expect(await log()).toHaveLength(1);
      });

      it("a tombstone does not make its producer known on other channels", async () => {
        await append([again(1, 1)], { p: "p2" });
        const { refused } = await append([message(1)], { channel: "other", old: true });
        expect(refused?.code).toBe("UNKNOWN_PRODUCER");
      });

      it("an unknown original of an old row is uncertain and never run again (fault 63)", async () => {
        const { answer, events } = await append([again(1, 1, { old: true })], { p: "p2" });
        expect(events).toEqual([]);
        expect(answer.verdicts).toEqual([[1, 1, "uncertain"]]);
      });

      it("an original below the verdict window is uncertain", async () => {
        await append(messages(1, WINDOW + 2));
        expect((await append([again(1, 2)], { p: "p2" })).answer.verdicts).toEqual([[1, 1, "uncertain"]]);
      });

      it("a voided row that had landed says so; one that had not is closed and skipped", async () => {
        await append([message(1)]);
        const landed = { kind: "void", n: 1, re: { p: "p1", n: 1 } } as const;
        const gone = { kind: "void", n: 2, re: { p: "p1", n: 2 } } as const;
        const { answer } = await append([landed, gone], { p: "p2" });
        expect(answer.verdicts).toEqual([
          [1, 1, "dup", 1],
          [2, 2, "skipped"],
        ]);
        expect((await append([message(2)])).refused?.code).toBe("CLOSED");
      });
    });

    describe("conditions", () => {
      it("a message that expected another head is a stored CONFLICT with the current one", async () => {
        const { events } = await append([message(1)]);
        const current = events[0]?.tail as string;
        const stale = message(2, { expected: { seq: 0, tail: "" } });
        const { answer } = await append([stale]);
        expect(answer.verdicts).toEqual([[2, 2, "rejected:CONFLICT", 1, current]]);
        expect((await append([message(2)])).answer.verdicts).toEqual([
          [2, 2, "rejected:CONFLICT", 1, current],
        ]);
        expect((await append([message(3, { expected: { seq: 1, tail: current } })])).events).toHaveLength(1);
      });

      it("a caller's key is appended once per channel and subject (S10)", async () => {
        const keyed = (n: number, hash = "h") => message(n, { id: "order-7", keyHash: hash });
        await append([keyed(1)]);
        const { answer } = await append([keyed(1), keyed(2, "other")], { p: "p2" });
        expect(answer.verdicts).toEqual([
          [1, 1, "dup", 1],
          [2, 2, "rejected:KEY_REUSED"],
        ]);
        expect((await append([keyed(1)], { subject: "bob" })).events).toHaveLength(1);
        expect((await append([keyed(1)], { channel: "other" })).events).toHaveLength(1);
      });

      it("a subject's keys are capped: refused, never evicted (S11)", async () => {
        const keyed = (n: number) => message(n, { id: `key-${n}`, keyHash: "h" });
        const { answer } = await append([1, 2, 3, 4].map(keyed));
        expect(answer.verdicts).toEqual([[4, 4, "rejected:KEY_LIMIT"]]);
        expect(
          (await append([message(1, { id: "key-1", keyHash: "h" })], { p: "p2" })).answer.verdicts,
        ).toEqual([[1, 1, "dup", 1]]);
      });

      it("a reply is stored with its verdict and told again", async () => {
        await append([message(1, { reply: '{"ok":true}' })]);
        expect((await append([message(1)])).answer.replies).toEqual([[1, { ok: true }]]);
      });
    });

    describe("publishes", () => {
      it("appends an event without a sender", async () => {
        const { event, place } = await store.publish({ channel: "room", d: "1" });
        if (!event) throw new Error("no event");
        const { epoch, seq, tail } = event;
        expect(place).toEqual({ epoch, seq, tail });
        expect(event).toMatchObject({ seq: 1, d: "1", prev: "" });
        expect("p" in event || "subject" in event).toBe(false);
        expect(await log()).toEqual([event]);
      });

      it("answers a repeated key with the first event's place, and refuses another payload", async () => {
        const { place } = await store.publish({ channel: "room", d: "1", key: "k", keyHash: "a" });
        const again = await store.publish({ channel: "room", d: "1", key: "k", keyHash: "a" });
        expect(again).toEqual({ place, event: undefined });
        await expect(
          store.publish({ channel: "room", d: "2", key: "k", keyHash: "b" }),
        ).rejects.toMatchObject({
          code: "KEY_REUSED",
        });
        expect(await log()).toHaveLength(1);
      });

      it("a refused publish does not hurt what shares its commit", async () => {
        await store.publish({ channel: "room", d: "1", key: "k", keyHash: "a" });
        const refused = store.publish({ channel: "room", d: "2", key: "k", keyHash: "b" });
        const appended = append([message(1)]);
        await expect(refused).rejects.toMatchObject({ code: "KEY_REUSED" });
        expect((await appended).answer.n).toBe(1);
      });
    });

    describe("reads", () => {
      it("an unknown channel is empty and has an epoch that stays", async () => {
        const { epoch, seq, tail } = await store.head("nowhere");
        expect({ seq, tail }).toEqual({ seq: 0, tail: "" });
        const { events } = await append([message(1)], { channel: "nowhere" });
        expect(events[0]?.epoch).toBe(epoch);
      });

      it("reads from a seq inclusive, up to a limit", async () => {
        await append(messages(1, 5));
        const slice = await store.read("room", 2, 2);
        expect(slice.events.map(({ seq }) => seq)).toEqual([2, 3]);
        expect(slice).toMatchObject({ seq: 5, first: 1 });
      });

      it("trims only what is old AND beyond the minimum; the head's tail survives (I4)", async () => {
        for (let n = 1; n <= 600; n += 8) await append(messages(n, n + 7));
        expect((await store.read("room", 0, 1)).first).toBe(1);
        wallMs += 2000;
        for (let n = 601; n <= 1200; n += 8) await append(messages(n, n + 7));
        const slice = await store.read("room", 0, 10_000);
        expect(slice.first).toBeGreaterThan(300);
        // None of those that are young, however many.
        expect(slice.first).toBeLessThanOrEqual(601);
        expect(slice.events[0]?.seq).toBe(slice.first);
        expect(slice.events.at(-1)?.tail).toBe(slice.tail);
        expect(store.trimmed()).toMatchObject({
          age: { events: slice.first - 1 },
          size: { events: 0, bytes: 0 },
        });
      });

      it("keeps the minimum however old, and the newest at any rate (I4)", async () => {
        for (let n = 1; n <= 600; n += 8) await append(messages(n, n + 7));
        wallMs += 1e9;
        for (let n = 601; n <= 1112; n += 8) await append(messages(n, n + 7), { channel: "other" });
        await append(messages(601, 608));
        expect((await log()).length).toBeGreaterThanOrEqual(10);
        const other = await store.read("other", 0, 10_000);
        expect(other.first).toBe(1);
      });

      it("maxBytes overrides age and number, and what it removed is counted (I4)", async () => {
        const big = JSON.stringify("x".repeat(30_000));
        await append([1, 2, 3, 4, 5].map((n) => message(n, { d: big })));
        const { first, events } = await store.read("room", 0, 10);
        expect(first).toBe(3);
        expect(events.map(({ seq }) => seq)).toEqual([3, 4, 5]);
        expect(store.trimmed()).toEqual({
          age: { events: 0, bytes: 0 },
          size: { events: 2, bytes: 2 * 30_002 },
        });
      });

      it("counts bytes in UTF-8, whatever the script, and takes off what it added (I4)", async () => {
        const texts = ["ж".repeat(10_000), "漢".repeat(10_000), "🦆".repeat(10_000)];
        const bytes = [20_002, 30_002, 40_002];
        for (let n = 1; n <= 3; n++) await append([message(n, { d: JSON.stringify(texts[n - 1]) })]);
        expect(store.trimmed().size).toEqual({ events: 0, bytes: 0 });
        await append([message(4, { d: JSON.stringify("ж".repeat(10_000)) })]);
        expect(store.trimmed().size).toEqual({ events: 1, bytes: bytes[0] });
        // For ever: units that differ between adding and removing would leave less and less room.
        for (let n = 5; n <= 100; n++) await append([message(n, { d: JSON.stringify(texts[2]) })]);
        expect((await log()).map(({ seq }) => seq)).toEqual([99, 100]);
      });

      it("keeps an event that is larger than all the room (I4)", async () => {
        await append([message(1), message(2, { d: JSON.stringify("x".repeat(200_000)) })]);
        expect((await log()).map(({ seq }) => seq)).toEqual([2]);
      });

      it("knows a caller's key as long as its event is stored, and then as long as it announces (S10)", async () => {
        const keyed = (key: string) => ({ channel: "room", d: "1", key, keyHash: "h" });
        const { place } = await store.publish(keyed("k"));
        wallMs += store.dedupWindowMs + 1;
        await append([message(1)], { channel: "quiet" });
        // Old enough to be forgotten, but the event is there: a second one would be a double.
        expect(await store.publish(keyed("k"))).toEqual({ place, event: undefined });
        const young = await store.publish(keyed("young"));
        const big = JSON.stringify("x".repeat(60_000));
        await append([message(1, { d: big }), message(2, { d: big })]);
        expect((await log())[0]?.seq).toBe(4);
        // The event is gone by size; its key is not.
        expect(await store.publish(keyed("young"))).toEqual({ place: young.place, event: undefined });
        wallMs += store.dedupWindowMs + 1;
        await append([message(2)], { channel: "quiet" });
        expect((await store.publish(keyed("young"))).event?.seq).toBe(5);
      });

      it("announces what it does: age, life of keys and numbers", () => {
        expect(store.retentionMs).toBe(1000);
        expect(store.dedupWindowMs).toBe(8 * 86_400_000);
      });

      it("remembers positions only as far as the window (I4)", async () => {
        for (let n = 1; n <= 400; n += 2)
          await append([message(n), { kind: "reject", n: n + 1, code: "NO" }]);
        const [position] = await store.positions("ann", [{ p: "p1", c: "room", acked: 0 }]);
        expect(position?.n).toBe(400);
        expect(position?.verdicts?.length ?? 0).toBeLessThan(120);
      });

      it("† remembers verdicts and runs of the whole window, at any length of the list", async () => {
        for (let n = 1; n <= 200; n += 2) {
          await append([message(n), { kind: "reject", n: n + 1, code: "NO" }]);
          const acked = Math.max(0, n + 1 - WINDOW);
          const [position] = await store.positions("ann", [{ p: "p1", c: "room", acked }]);
          const expected = Math.min(WINDOW, n + 1) / 2;
          expect([position?.verdicts?.length, position?.runs?.length]).toEqual([expected, expected]);
        }
      });

      it("says what it does not know", async () => {
        await append([message(1)]);
        const positions = await store.positions("ann", [
          { p: "p1", c: "room", acked: 0 },
          { p: "p1", c: "other", acked: 0 },
          { p: "p9", c: "room", acked: 0 },
        ]);
        expect(positions.map(({ n }) => n)).toEqual([1, 0, null]);
      });
    });
  });
}
