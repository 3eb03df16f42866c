export const speakers = ["page", "server", "flood"] as const;

/** Who said a number. Each counts 1, 2, 3 … of its own. */
export type Speaker = (typeof speakers)[number];

export interface Numbered {
  /** A speaker, or a boot of a tab. */
  readonly from: string;
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
  /** Of all who spoke. */
  readonly total: () => Count;
}

const nobody: Count = { heard: 0, lost: 0, twice: 0 };

/** Counts each speaker by the numbers inside the payloads. It knows nothing of connections. */
export const createTally = (): Tally => {
  const streams = new Map<string, Stream>();
  const of = (speaker: Speaker): Count => streams.get(speaker)?.count() ?? nobody;
  return {
    hear: ({ from, n }) => {
      const stream = streams.get(from) ?? createStream();
      streams.set(from, stream);
      stream.hear(n);
    },
    count: () => ({ page: of("page"), server: of("server"), flood: of("flood") }),
    total: () =>
      [...streams.values()]
        .map((stream) => stream.count())
        .reduce(
          (sum, { heard, lost, twice }) => ({
            heard: sum.heard + heard,
            lost: sum.lost + lost,
            twice: sum.twice + twice,
          }),
          nobody,
        ),
  };
};
