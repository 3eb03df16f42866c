import { ResilientSocketError } from "../core/errors.ts";
import { type AddressBlock, isWithin, parseAddress, parseBlock } from "./address.ts";

/** Who is at the other end: the socket's address, or what proxies we trust say stands behind it. */
export type ClientAddress = (socketAddress: string, forwardedFor: string | undefined) => string;

/** @throws INVALID_OPTION for what is no address and no CIDR block: a typo must not trust anybody else. */
export function createClientAddress(trustProxy: readonly string[] = []): ClientAddress {
  const trusted = trustProxy.map(blockOf);
  const isTrusted = (text: string): boolean => {
    const address = parseAddress(text);
    return address !== undefined && trusted.some((block) => isWithin(block, address));
  };

  return (socketAddress, forwardedFor) => {
    if (forwardedFor === undefined || !isTrusted(socketAddress)) return socketAddress;
    let nearest = socketAddress;
    // From the right: each proxy appends whom it saw, and only what a trusted one appended is true.
    for (const hop of forwardedFor.split(",").reverse()) {
      const address = withoutPort(hop.trim());
      if (!parseAddress(address)) return nearest;
      nearest = address;
      if (!isTrusted(nearest)) return nearest;
    }
    return nearest;
  };
}

function blockOf(text: unknown): AddressBlock {
  const block = typeof text === "string" ? parseBlock(text) : undefined;
  if (block) return block;
  throw new ResilientSocketError(
    "INVALID_OPTION",
    `trustProxy: ${String(text)} is no address and no CIDR block`,
  );
}

/** Some proxies write `192.0.2.1:4711` or `[2001:db8::1]:4711`. */
function withoutPort(hop: string): string {
  if (hop.startsWith("[")) return hop.slice(1, hop.indexOf("]"));
  return hop.includes(".") && hop.split(":").length === 2 ? hop.slice(0, hop.indexOf(":")) : hop;
}
