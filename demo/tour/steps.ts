import type { InspectorPane } from "resilient-socket/devtools";
import type { FaultId } from "../faults.ts";

/** What is broken in a step: by the lab, or a tab of the stage. */
export type Break = FaultId | "leader";

export interface Step {
  readonly title: string;
  /** What will happen, and what to look at. */
  readonly text: string;
  /** Of the inspector; without, it is out of the way. */
  readonly pane?: InspectorPane;
  readonly breaks?: Break;
  /** Where to look on the page itself. */
  readonly look?: string;
}

export const steps: readonly Step[] = [
  {
    title: "A machine you can see",
    text: "This is the connection’s own table of states, drawn by itself. The state it is in is lit; the lines that leave it say what could happen next.",
    pane: "timeline",
  },
  {
    title: "Cut the cable",
    text: "The connection is reset while messages are on the way. The light goes to reconnecting and back, and every step stays in the list: point at one and it tells what the table was asked and what it answered.",
    pane: "timeline",
    breaks: "cable",
  },
  {
    title: "Kill the server",
    text: "kill -9, and a second later a new process. Whatever is sent meanwhile waits in the outbox, and each message says why.",
    pane: "outbox",
    breaks: "crash",
  },
  {
    title: "Walk into a lift",
    text: "For eight seconds nothing passes and nobody is told. Only silence gives it away. Afterwards each message shows how long it waited, when it was sent, answered, and seen again.",
    pane: "messages",
    breaks: "lift",
  },
  {
    title: "Deploy",
    text: "The server asks its clients to leave, each at a moment of its own, then a new one takes over. Every channel goes on from its cursor: kept, or what was missed is replayed.",
    pane: "channels",
    breaks: "deploy",
  },
  {
    title: "Lose the leading tab",
    text: "Three tabs share one socket. The one with the crown crashes without a word; another takes the connection over and sends what waited.",
    breaks: "leader",
    look: "[data-testid=stage]",
  },
  {
    title: "Too much at once",
    text: "The network is gone and another part of the app sends 1,000 messages into an outbox for 250. Nothing is dropped silently: what does not fit is refused, and each receipt says so.",
    pane: "figures",
    breaks: "overflow",
  },
];
