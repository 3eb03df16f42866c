import { expect, it } from "vitest";
import { connectReduxDevtools } from "../../src/devtools/connectReduxDevtools.ts";
import { exportRecording } from "../../src/devtools/exportRecording.ts";
import { createRecorder, type Recorder } from "../../src/devtools/recorder.ts";
import { createWorld } from "../../src/testing/createWorld.ts";

const play = async () => {
  const world = createWorld({ server: { authenticate: () => ({ subject: "u1" }) } });
  const tab = world.openTab({
    url: "ws://localhost/ws?key=query-secret",
    auth: () => ({ token: "token-secret" }),
  });
  const recorder = createRecorder(tab) as Recorder;
  const sent: [object, unknown][] = [];
  const end = connectReduxDevtools(tab, {
    extension: { connect: () => ({ init: () => undefined, send: (...what) => void sent.push(what) }) },
  });
  recorder.start();
  tab.subscribe("room", () => undefined);
  tab.connect();
  await world.advance(1_000);
  tab.send({ text: "payload-secret" }, { channel: "room" });
  await world.advance(1_000);
  world.network.cut();
  await world.advance(5_000);
  return { world, tab, recorder, sent, end };
};

it("exports what was heard, without payloads, tokens or the URL's query unless payloads are asked for", async () => {
  const { recorder } = await play();
  const text = exportRecording(recorder);
  expect(text).not.toMatch(/payload-secret|token-secret|query-secret/);
  expect(JSON.parse(text)).toMatchObject({
    v: 1,
    redacted: true,
    state: { name: "connected" },
    messages: [{ channel: "room", bytes: 25, settlement: { kind: "acked" } }],
    channels: [{ name: "room" }],
  });
  const whole = exportRecording(recorder, { payloads: true });
  expect(whole).toContain("payload-secret");
  expect(whole).not.toMatch(/token-secret|query-secret/);
});

it("shows the Redux DevTools every step and every settlement, no payload, and ends when told", async () => {
  const { world, tab, sent, end } = await play();
  const types = sent.map(([action]) => (action as { type: string }).type);
  expect(types.slice(0, 4)).toEqual([
    "machine/connect",
    "machine/socketOpened",
    "machine/welcomed",
    "machine/resumed",
  ]);
  expect(types).toContain("outbox/acked");
  expect(types).toContain("machine/socketLost");
  expect(JSON.stringify(sent)).not.toMatch(/payload-secret|token-secret|query-secret/);
  end();
  const before = sent.length;
  tab.reconnect();
  await world.advance(1_000);
  expect(sent.length).toBe(before);
  expect(() => connectReduxDevtools(tab)()).not.toThrow();
});
