import type { FaultId } from "./faults.ts";
import type { Count, Counts } from "./tally.ts";

/** What the page asks for first: GET /setup.json. */
export interface Setup {
  /** Through the fault-making proxy, as everything the two apps say. */
  readonly resilient: string;
  readonly bare: string;
}

/** One side of the books as the lab keeps it, four times a second: GET /figures. */
export interface LabFigures {
  /** What the outside world asked this server to publish. */
  readonly published: number;
  /** Read from the server's log by another process. */
  readonly stored: Counts;
}

export interface Figures {
  readonly resilient: LabFigures;
  readonly bare: LabFigures;
  /** What the log has of the three tabs. */
  readonly tabs: Count;
}

/** Every page hears of every fault, whoever pressed the button. */
export interface FaultNotice {
  readonly fault: FaultId;
  readonly phase: "begun" | "over";
  /** Unix ms; page and lab share a clock. */
  readonly at: number;
}

/** What a page hears from the lab, apart from both apps. */
export interface LabEvents {
  readonly figures: (figures: Figures) => void;
  readonly fault: (notice: FaultNotice) => void;
}
