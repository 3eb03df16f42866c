import type { TabsState } from "resilient-socket";

/** What a frame of the stage tells the page around it. */
export type FrameWord =
  | { readonly says: "state"; readonly role: TabsState["role"] }
  /** It left the outbox, so it is stored on this device: from here on it must arrive. */
  | { readonly says: "sent"; readonly from: string; readonly n: number }
  | { readonly says: "heard"; readonly from: string; readonly n: number };

/** What the page tells a frame. */
export type PageWord = "speak" | "pause" | "freeze" | "resume";

interface Envelope<Word> {
  readonly stage: Word;
}

/** Both sides are of this origin; anything else is not heard. */
export const listen = <Word>(
  from: () => MessageEventSource | null,
  hear: (word: Word) => void,
): (() => void) => {
  const heard = ({ origin, source, data }: MessageEvent<Partial<Envelope<Word>> | null>): void => {
    if (origin === location.origin && source === from() && data?.stage !== undefined) hear(data.stage);
  };
  window.addEventListener("message", heard);
  return () => window.removeEventListener("message", heard);
};

export const tell = <Word>(to: Window | null, word: Word): void =>
  to?.postMessage({ stage: word } satisfies Envelope<Word>, location.origin);
