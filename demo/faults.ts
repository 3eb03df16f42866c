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
] as const;

export type Fault = (typeof faults)[number];
export type FaultId = Fault["id"];

export const isFaultId = (text: string): text is FaultId => faults.some(({ id }) => id === text);
