import { ResilientSocketError } from "../core/errors.ts";
import type { ClientOptions } from "./options.ts";

/** Where a client may dial. */
export interface Address {
  /** What the app calls it, else its first URL without query, fragment and credentials. */
  readonly name: string;
  /** Which of the listed URLs this is, queries aside; -1 for any other. */
  readonly siteOf: (url: string) => number;
  /** Finds the URL of an attempt: at once, or when the app's function has answered. Nothing is said once `signal` is aborted. */
  readonly find: (
    site: number,
    signal: AbortSignal,
    found: (url: string) => void,
    failed: (cause: unknown) => void,
  ) => void;
}

/** Loopback, and the name RFC 6761 reserves for tests. */
const local = /^((.*\.)?(localhost|test)|127(\.\d+){3}|\[::1\])$/;

/** Without query, fragment and credentials; undefined for what must not be dialled. */
const bare = (url: unknown): string | undefined => {
  try {
    const { protocol, hostname, origin, pathname } = new URL(url as string);
    return protocol === "wss:" || (protocol === "ws:" && local.test(hostname))
      ? origin + pathname
      : undefined;
  } catch {
    return undefined;
  }
};

const refuse = (why: string): ResilientSocketError => new ResilientSocketError("INVALID_OPTION", why);

/** Says the URL without what may be secret in it. */
const unfit = (url: unknown): ResilientSocketError =>
  refuse(
    `url must be absolute and wss://, or ws:// on localhost, got ${String(url).replace(/(?<=\/\/)[^/]*@|[?#].*/gs, "")}`,
  );

/** @throws INVALID_OPTION for a URL that must not be dialled, an empty list, a function without a name. */
export const readAddress = ({ url, name }: Pick<ClientOptions, "url" | "name">): Address => {
  if (typeof url === "function") {
    if (!name) throw refuse("a url that is a function needs a name");
    return {
      name,
      siteOf: () => -1,
      find: (_, signal, found, failed) => {
        const take = (answer: string): void => {
          if (signal.aborted) return;
          if (bare(answer)) found(answer);
          else failed(unfit(answer));
        };
        const miss = (cause: unknown): void => {
          if (!signal.aborted) failed(cause);
        };
        try {
          const answer = url({ signal });
          if (typeof answer === "string") take(answer);
          else void Promise.resolve(answer).then(take).catch(miss);
        } catch (cause) {
          miss(cause);
        }
      },
    };
  }
  const urls = [url].flat();
  const sites = urls.map(bare);
  const wrong = sites.indexOf(undefined);
  if (wrong >= 0 || !urls.length) throw unfit(urls[wrong]);
  return {
    name: name || (sites[0] as string),
    siteOf: (other) => sites.indexOf(bare(other)),
    find: (site, _, found) => found(urls[site % urls.length] as string),
  };
};
