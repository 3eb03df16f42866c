import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import { createBooks } from "./books.ts";
import { lab } from "./lab.ts";
import "./styles/index.css";

const visit = crypto.randomUUID();
const books = createBooks();
const setup = await lab.setup();
lab.watch(visit, books.update);

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <App visit={visit} books={books} setup={setup} />
  </StrictMode>,
);
