import { useState, type SubmitEvent } from "react";
import type { Receipt } from "resilient-socket";
import { chatChannel, type ChatLine } from "./harbour.ts";
import { ReceiptMark } from "./ReceiptMark.tsx";
import { useResilientWS } from "./socket.ts";

interface Bubble extends ChatLine {
  readonly id: string;
  readonly receipt?: Receipt;
}

const shown = 40;

/** A room: own lines stand there at once and wear their receipt; the others arrive. */
export function Chat({ me }: { readonly me: string }) {
  const [bubbles, setBubbles] = useState<readonly Bubble[]>([]);
  const add = (bubble: Bubble) =>
    setBubbles((before) =>
      before.some(({ id }) => id === bubble.id) ? before : [...before, bubble].slice(-shown),
    );
  const { send } = useResilientWS({
    channel: chatChannel,
    since: { last: 8 },
    onMessage: ({ id, data }) => add({ id, ...data }),
  });

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = new FormData(event.currentTarget).get("text");
    if (typeof text !== "string" || !text.trim()) return;
    event.currentTarget.reset();
    const line = { from: me, text: text.trim() };
    const receipt = send(line);
    add({ id: receipt.id, receipt, ...line });
  };

  return (
    <section className="card chat" aria-labelledby="chat-title">
      <header className="card-head">
        <h2 id="chat-title">Harbour crew</h2>
        <p>write while the network is gone</p>
      </header>
      <ol className="bubbles" aria-live="polite" tabIndex={0} aria-label="Conversation">
        {bubbles.toReversed().map(({ id, from, text, receipt }) => (
          <li key={id} className="bubble" data-own={from === me}>
            <p className="bubble-from">{from}</p>
            <p className="bubble-text">{text}</p>
            {receipt && <ReceiptMark receipt={receipt} />}
          </li>
        ))}
      </ol>
      <form onSubmit={submit} className="composer">
        <label className="visually-hidden" htmlFor="line">
          Message to the harbour crew
        </label>
        <input id="line" name="text" autoComplete="off" placeholder="Message to the crew" />
        <button type="submit">Send</button>
      </form>
    </section>
  );
}
