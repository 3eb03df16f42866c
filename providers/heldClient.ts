import { createPageClient } from "./createPageClient.ts";
import type { ResilientClientOptions } from "../src/client/options.ts";
import type { ResilientClient } from "../src/client/ResilientClient.ts";

/** The client a provider shows, with what belongs to it. */
export interface HeldClient {
  readonly client: ResilientClient;
  /** Another key is another connection. */
  readonly key: unknown;
  /** Takes the props of the latest commit: functions are read from here whenever they are called. */
  readonly update?: (options: ResilientClientOptions) => void;
  /** Ends a client of ours; one that was handed in belongs to its maker. */
  readonly dispose?: () => void;
}

type Options = Readonly<Record<string, unknown>>;
type Call = (...input: never[]) => unknown;

/** Who speaks to whom: a change of these is a new connection, a change of anything else is not. */
export const keyOf = ({ url, identity, name }: ResilientClientOptions): string =>
  JSON.stringify([url, identity, name]);

/** Functions compare equal, since they are read latest; ports and protocols hold functions and nothing else to change. */
const fingerprint = (key: string, value: unknown): string | undefined =>
  key === "ports" || key === "protocol"
    ? ""
    : JSON.stringify(value, (_, part: unknown) => (typeof part === "function" ? "function" : part));

const changes = (before: Options, after: Options): string[] =>
  Object.keys({ ...before, ...after }).filter(
    (key) => fingerprint(key, before[key]) !== fingerprint(key, after[key]),
  );

const warnOf = (changed: readonly string[]): boolean => {
  if (!changed.length) return false;
  console.warn(
    `[resilient-socket] ${changed.join(", ")}: changed after the client was created, without effect. Give the provider a new url, identity, name or React key for a new client.`,
  );
  return true;
};

const owned = (first: ResilientClientOptions): HeldClient => {
  let latest = first as unknown as Options;
  let warned = false;
  const bound = Object.entries(first).map(([key, value]: [string, unknown]) => [
    key,
    typeof value === "function"
      ? (...input: never[]) => (latest[key] as Call | undefined)?.(...input)
      : value,
  ]);
  const client = createPageClient(Object.fromEntries(bound) as ResilientClientOptions);
  return {
    client,
    key: keyOf(first),
    update: (options) => {
      latest = options as unknown as Options;
      if (process.env.NODE_ENV !== "production" && !warned) warned = warnOf(changes(first as never, latest));
    },
    dispose: () => void client.dispose(),
  };
};

/** Inert until its client is used, so it may be called during render and thrown away. */
export const holdClient = (
  given: ResilientClient | undefined,
  options: ResilientClientOptions,
): HeldClient => (given ? { client: given, key: given } : owned(options));
