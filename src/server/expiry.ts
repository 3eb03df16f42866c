import type { Clock } from "../core/ports.ts";

export interface ExpiryOptions {
  readonly clock: Clock;
  /** Unix ms. */
  readonly expiresAt: number;
  /** A fresh token is wanted within this many ms. */
  readonly onReauth: (byMs: number) => void;
  readonly onExpired: () => void;
}

/** The longest notice a client gets to fetch a fresh token. */
const NOTICE_MS = 60_000;
/** Timers take 31 bits; a later expiry is looked at again. */
const LONGEST_MS = 2 ** 31 - 1;

/** Asks for a fresh token before the old one expires. Answers how to stop. The wall clock is read because expiry is one. */
export function watchExpiry({ clock, expiresAt, onReauth, onExpired }: ExpiryOptions): () => void {
  let isAsked = false;
  // Half of a short life: a token asked for at once would be asked for again and again.
  const noticeMs = Math.min(NOTICE_MS, (expiresAt - clock.wallMs()) / 2);
  let cancel = () => {};
  const look = () => {
    const leftMs = expiresAt - clock.wallMs();
    if (leftMs <= 0) return onExpired();
    const isTime = leftMs <= noticeMs;
    if (isTime && !isAsked) {
      isAsked = true;
      onReauth(leftMs);
    }
    cancel = clock.after(Math.min(LONGEST_MS, isAsked ? leftMs : leftMs - noticeMs), look);
  };
  look();
  return () => cancel();
}
