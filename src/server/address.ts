/** An address as bytes: 4 of IPv4 (also where it is written inside IPv6), 16 of IPv6. */
export type Address = readonly number[];

/** Addresses that share their first `bits`. */
export interface AddressBlock {
  readonly address: Address;
  readonly bits: number;
}

/** Longer than any address with its zone. */
const MAX_CHARACTERS = 64;

function octets(text: string): Address | undefined {
  const parts = text.split(".");
  // A leading zero is octal to some and decimal to others.
  const fits =
    parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  return fits ? parts.map(Number) : undefined;
}

/** One side of `::`. */
function groups(text: string): Address | undefined {
  if (text === "") return [];
  const bytes: number[] = [];
  const parts = text.split(":");
  for (const [i, part] of parts.entries()) {
    const mapped = i === parts.length - 1 ? octets(part) : undefined;
    if (mapped) bytes.push(...mapped);
    else if (/^[\da-f]{1,4}$/i.test(part)) bytes.push(parseInt(part, 16) >> 8, parseInt(part, 16) & 255);
    else return undefined;
  }
  return bytes;
}

function colons(text: string): Address | undefined {
  const [head, rest, ...more] = text.split("::").map(groups);
  if (!head || more.length > 0) return undefined;
  if (!text.includes("::")) return head.length === 16 ? head : undefined;
  // IPv4 stands at the end only.
  if (text.includes(".") && text.indexOf(".") < text.indexOf("::")) return undefined;
  if (!rest || head.length + rest.length > 14) return undefined;
  return [...head, ...Array<number>(16 - head.length - rest.length).fill(0), ...rest];
}

const isMapped = (bytes: Address): boolean =>
  bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;

/** Undefined when it is none. Never throws. */
export function parseAddress(text: string): Address | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  const bytes = text.includes(":") ? colons(text.split("%", 1)[0] ?? "") : octets(text);
  return bytes && bytes.length === 16 && isMapped(bytes) ? bytes.slice(12) : bytes;
}

/** `10.0.0.0/8`, `fd00::/8`, or one address. Undefined when it is none. */
export function parseBlock(text: string): AddressBlock | undefined {
  const [written = "", length, ...more] = text.split("/");
  const address = parseAddress(written);
  if (!address || more.length > 0) return undefined;
  const whole = 8 * address.length;
  if (length === undefined) return { address, bits: whole };
  if (!/^\d{1,3}$/.test(length)) return undefined;
  const bits = Number(length) - (written.includes(":") && whole === 32 ? 96 : 0);
  return bits >= 0 && bits <= whole ? { address, bits } : undefined;
}

export const isWithin = ({ address: start, bits }: AddressBlock, address: Address): boolean =>
  address.length === start.length &&
  start.every((byte, i) => {
    const shared = Math.min(8, Math.max(0, bits - 8 * i));
    return (((address[i] ?? 0) ^ byte) & (255 << (8 - shared)) & 255) === 0;
  });

/** What counts as one place to come from: an IPv4 address, or the /64 of IPv6 that one machine is given. */
export function placeOf(text: string): string {
  const bytes = parseAddress(text);
  return bytes ? bytes.slice(0, 8).join(".") : text;
}
