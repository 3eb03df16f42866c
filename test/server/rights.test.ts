import { describe, expect, it } from "vitest";
import type { ResilientServerOptions } from "../../src/server/options.ts";
import { createTestServer } from "./testServer.ts";

type Authorize = NonNullable<ResilientServerOptions["authorize"]>;

/** What an app may answer by mistake: none of it is a yes. */
const noYes = [undefined, null, 1, "no", "true", {}, false];
const answers = noYes.flatMap((answer) => [
  [answer, "at once", (() => answer) as unknown as Authorize] as const,
  [answer, "later", (() => Promise.resolve(answer)) as unknown as Authorize] as const,
]);

/** Says yes to the other action, so that only the one in question is refused. */
const only =
  (action: "read" | "write", answer: Authorize): Authorize =>
  (request) =>
    request.action === action ? answer(request) : true;

describe("an authorize that answers anything but true", () => {
  it.each(answers)("lets nothing be written: %o, %s (S6)", async (_answer, _when, answer) => {
    const t = createTestServer({ authorize: only("write", answer) });
    const [sender, listener] = [await t.join(), await t.join()];
    await sender.pub(1, ["secret"]);
    await sender.send({ t: "vol", c: "room", d: "secret" });
    await t.clock.settle();
    expect(sender.last("ack")?.verdicts).toEqual([[1, 1, "rejected:FORBIDDEN"]]);
    expect(listener.all("vol")).toEqual([]);
    expect(await t.log()).toEqual([]);
  });

  it.each(answers)("lets nothing be read: %o, %s (S6)", async (_answer, _when, answer) => {
    const t = createTestServer({ authorize: only("read", answer) });
    await t.server.publish("room", "secret");
    const peer = await t.join([{ c: "room", since: { last: 9 } }]);
    await peer.send({ t: "sub", c: "room", since: { last: 9 } }, { t: "read", rid: 1, c: "room", before: 9 });
    await peer.send({ t: "read", rid: 2, c: "room", snapshot: true });
    await t.clock.advance(100);
    expect(peer.last("welcome")?.channels).toMatchObject([{ status: "denied" }]);
    expect(peer.last("subscribed")?.status).toBe("denied");
    expect(peer.all("error").map(({ code }) => code)).toEqual(["DENIED", "DENIED"]);
    expect(peer.seen()).toEqual([]);
  });

  it.each(answers)(
    "ends what was subscribed, at the next token: %o, %s (fault 68)",
    async (_a, _w, answer) => {
      let isOver = false;
      const t = createTestServer({ authorize: (request) => (isOver ? answer(request) : true) });
      const peer = t.connect();
      await peer.auth("ann", { group: "g" });
      await peer.resume([{ c: "room", since: "now" }]);
      isOver = true;
      await peer.auth("ann", { group: "g" });
      await t.server.publish("room", "secret");
      await t.clock.settle();
      expect(peer.last("subscribed")?.status).toBe("denied");
      expect(peer.seen()).toEqual([]);
    },
  );
});

it("an authorize that throws when it is asked again ends the subscription, not the connection (fault 68)", async () => {
  let isOver = false;
  const t = createTestServer({
    authorize: () => {
      if (isOver) throw new Error("rights are down");
      return true;
    },
  });
  const peer = t.connect();
  await peer.auth("ann", { group: "g" });
  await peer.resume([{ c: "room", since: "now" }]);
  isOver = true;
  await peer.auth("ann", { group: "g" });
  await t.clock.settle();
  expect(peer.last("subscribed")?.status).toBe("denied");
  expect(peer.state.closed).toBeUndefined();
});

it("without authorize every subject may read and write (S6)", async () => {
  const t = createTestServer({ authorize: undefined });
  const peer = await t.join();
  await peer.pub(1, ["a"]);
  expect(peer.seen()).toEqual(["a"]);
});

it("refuses an authorize that is no function when the server is made (S6)", () => {
  for (const authorize of [null, true, "yes"] as never[])
    expect(() => createTestServer({ authorize })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION" }),
    );
});
