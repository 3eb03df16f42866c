import { messages } from "resilient-socket/banner";
import type { Tab } from "resilient-socket/testing";

/** One dot a client. */
export function Crowd({ tabs }: { readonly tabs: readonly Tab[] }) {
  "use no memo"; // the clients change in place
  const states = tabs.map((tab) => tab.state.get().name);
  const counts = [...new Set(states)].map(
    (name) => `${states.filter((one) => one === name).length} ${messages[name].toLowerCase()}`,
  );
  return (
    <div className="crowd" role="img" aria-label={`${tabs.length} clients: ${counts.join(", ")}`}>
      {states.map((name, i) => (
        <i key={i} data-state={name} />
      ))}
    </div>
  );
}
