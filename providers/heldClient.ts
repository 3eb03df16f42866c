import { createPageClient } from "./createPageClient.ts";
import { isDevelopment } from "../src/client/isDevelopment.ts";
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

/** Ports and protocols hold functions and nothing else to change; they are made once and read once. */
const isOpaque = (key: string): boolean => key === "ports" || key === "protocol";

/** Functions compare equal, since they are read latest. */
const fingerprint = (key: string, value: unknown): string | undefined =>
  isOpaque(key)
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

/** Of plain data and functions; a feature with a state of its own is not taken apart. */
const isGroup = (key: string, value: unknown): value is Options =>
  !isOpaque(key) && Object.getPrototypeOf(value ?? "") === Object.prototype;

type Bind = (key: string, value: unknown, latest: () => unknown) => unknown;

const bindEach = (options: Options, latest: () => Options | undefined, bind: Bind): Options =>
  Object.fromEntries(
    Object.entries(options).map(([key, value]) => [key, bind(key, value, () => latest()?.[key])]),
  );

/** `telemetry.onMeasure`, `backoff.policy`: one that is gone is called on, since its group was read. */
const bindInGroup: Bind = (_, value, latest) =>
  typeof value === "function" ? (...input: never[]) => ((latest() ?? value) as Call)(...input) : value;

const bindOption: Bind = (key, value, latest) =>
  typeof value === "function"
    ? (...input: never[]) => (latest() as Call | undefined)?.(...input)
    : isGroup(key, value)
      ? bindEach(value, latest as () => Options | undefined, bindInGroup)
      : value;

const owned = (first: ResilientClientOptions): HeldClient => {
  let latest = first as unknown as Options;
  let warned = false;
  const client = createPageClient(
    bindEach(latest, () => latest, bindOption) as unknown as ResilientClientOptions,
  );
  return {
    client,
    key: keyOf(first),
    update: (options) => {
      latest = options as unknown as Options;
      if (!warned && isDevelopment()) warned = warnOf(changes(first as never, latest));
    },
    dispose: () => void client.dispose(),
  };
};

/** Inert until its client is used, so it may be called during render and thrown away. */
export const holdClient = (
  given: ResilientClient | undefined,
  options: ResilientClientOptions,
): HeldClient => (given ? { client: given, key: given } : owned(options));
