/** How long the pages stand still. */
export const sleepMs = 6_000;

/** What can happen to a connection, in the words of the one it happens to. The lab performs it: lab/perform.ts. */
export const faults = [
  {
    id: "lift",
    name: "Walk into a lift",
    lasts: "8 s",
    expect: "Nothing passes for 8 seconds and nobody is told. Then a new cell, a new address.",
  },
  {
    id: "crash",
    name: "Server crash",
    lasts: "1 s",
    expect: "kill -9 in mid-sentence, restarted a second later. What was stored must still be there.",
  },
  {
    id: "hotel",
    name: "Hotel Wi-Fi",
    lasts: "7 s",
    expect: "Connected, yet nothing passes for 5 seconds. Then a sign-in page answers instead of the server.",
  },
  {
    id: "cable",
    name: "Cut the cable",
    lasts: "at once",
    expect: "The connection is reset while messages are on the way.",
  },
  {
    id: "train",
    name: "Slow train",
    lasts: "6 s",
    expect: "Everything takes 600 ms longer each way, and half-way there is a tunnel.",
  },
  {
    id: "deploy",
    name: "Deploy now",
    lasts: "3 s",
    expect: "The server drains: every page leaves at a moment of its own. Then a new process takes over.",
  },
  {
    id: "sleep",
    name: "Laptop sleeps",
    lasts: "6 s",
    expect: "This page stands still, no timer fires. It wakes up on another network, behind on everything.",
  },
  {
    id: "portal",
    name: "Hostile portal",
    lasts: "6 s",
    expect:
      "It scribbles HTML into the stream. Then it redirects, strips the upgrade, or says nothing at all.",
  },
  {
    id: "overflow",
    name: "Queue overflow",
    lasts: "4 s",
    expect:
      "The network is gone and another part of this app sends 1,000 messages into an outbox for 250. What does not fit is refused, and every one is told.",
  },
] as const;

export type Fault = (typeof faults)[number];
export type FaultId = Fault["id"];

export const isFaultId = (text: string): text is FaultId => faults.some(({ id }) => id === text);
