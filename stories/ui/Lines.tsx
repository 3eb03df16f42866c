import type { Message } from "resilient-socket/core";

const shown = 5;

/** The last messages of a channel. */
export function Lines({ messages }: { readonly messages: readonly Message[] }) {
  return (
    <ol className="lines" aria-label="Messages">
      {messages.slice(-shown).map(({ seq, data, replayed, own }, i) => (
        <li key={seq ?? `-${i}`}>
          <span className="seq">{seq}</span> {typeof data === "string" ? data : JSON.stringify(data)}
          {replayed && <em>replayed</em>}
          {own && <em>own</em>}
        </li>
      ))}
      {messages.length === 0 && <li className="none">Nothing yet</li>}
    </ol>
  );
}
