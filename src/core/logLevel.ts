/** How much a line of the log matters. */
export type LogLevel = "debug" | "info" | "warn" | "error";
