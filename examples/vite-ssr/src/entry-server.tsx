import { renderToString } from "react-dom/server";
import { App } from "./App";

/** The page as it stands before it is connected: `disconnected`, an empty outbox. */
export const render = (): string => renderToString(<App url="wss://localhost/ws" />);
