/** One of the three tabs of the stage: an app of its own, in a frame of its own. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { indexedDB } from "resilient-socket";
import { lab } from "../lab.ts";
import { ResilientSocketProvider } from "../socket.ts";
import "../styles/index.css";
import { TabApp } from "./TabApp.tsx";

const query = new URLSearchParams(location.search);
const visit = query.get("visit") ?? "";
const { resilient } = await lab.setup();
const outbox = { storage: indexedDB() };

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <ResilientSocketProvider url={resilient} identity={visit} outbox={outbox}>
      <TabApp visit={visit} name={query.get("name") ?? ""} />
    </ResilientSocketProvider>
  </StrictMode>,
);
