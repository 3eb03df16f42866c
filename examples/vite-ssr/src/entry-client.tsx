import { hydrateRoot } from "react-dom/client";
import { App } from "./App";

const { protocol, host } = location;
hydrateRoot(
  document.getElementById("root")!,
  <App url={`${protocol === "https:" ? "wss" : "ws"}://${host}/ws`} />,
);
