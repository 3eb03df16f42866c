import type { Browser } from "resilient-socket/testing";
import { TabCard } from "./TabCard.tsx";

/** The tabs of a browser, dead ones included. */
export function TabCards({ browser }: { readonly browser: Browser }) {
  "use no memo"; // the world changes in place
  return (
    <div className="cards">
      {browser.tabs.map((tab, i) => {
        const title = `Tab ${i + 1}`;
        const page = tab.boots.at(-1)!;
        if (page.page.life() === "gone")
          return (
            <section className="card gone" key={page.id}>
              <h2>{title}</h2>
              <p>Crashed.</p>
              <div className="actions">
                <button onClick={() => tab.reload()}>Reopen</button>
              </div>
            </section>
          );
        return <TabCard key={page.id} client={page} title={title} />;
      })}
    </div>
  );
}
