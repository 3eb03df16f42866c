import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import { createBooks } from "./books.ts";
import { createFlood } from "./flood.ts";
import { lab } from "./lab.ts";
import type { FaultNotice } from "./setup.ts";
import { createStore } from "./store.ts";
import "./styles/index.css";

const visit = crypto.randomUUID();
const faults = createStore<FaultNotice | null>(null);
const setup = await lab.setup();
const flood = createFlood(setup.resilient, visit);
const books = createBooks(flood.figures);
faults.subscribe(() => {
  const notice = faults.get();
  if (notice?.fault === "overflow" && notice.phase === "begun") flood.begin(notice.at);
});
lab.watch(visit, { figures: books.update, fault: faults.set });

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <App visit={visit} books={books} faults={faults} flood={flood} setup={setup} />
  </StrictMode>,
);
