export const speakers = ["page", "server", "flood"] as const;

/** Who said a number. Each counts 1, 2, 3 … of its own. */
export type Speaker = (typeof speakers)[number];

export interface Numbered {
  readonly from: Speaker;
  readonly n: number;
}

export interface Count {
  readonly heard: number;
  /** Something newer came, this never did. */
  readonly lost: number;
  readonly twice: number;
}

interface Stream {
  readonly hear: (n: number) => void;
  readonly count: () => Count;
}

const createStream = (): Stream => {
  const missing = new Set<number>();
  let highest = 0;
  let heard = 0;
  let twice = 0;
  return {
    hear: (n) => {
      if (n <= highest && !missing.delete(n)) {
        twice++;
        return;
      }
      for (let passed = highest + 1; passed < n; passed++) missing.add(passed);
      highest = Math.max(highest, n);
      heard++;
    },
    count: () => ({ heard, lost: missing.size, twice }),
  };
};

export type Counts = Readonly<Record<Speaker, Count>>;

export interface Tally {
  readonly hear: (message: Numbered) => void;
  readonly count: () => Counts;
}

/** Counts each speaker by the numbers inside the payloads. It knows nothing of connections. */
export const createTally = (): Tally => {
  const streams = { page: createStream(), server: createStream(), flood: createStream() };
  return {
    hear: ({ from, n }) => streams[from].hear(n),
    count: () => ({
      page: streams.page.count(),
      server: streams.server.count(),
      flood: streams.flood.count(),
    }),
  };
};
