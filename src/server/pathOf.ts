import type { IncomingMessage } from "node:http";

export const pathOf = ({ url }: IncomingMessage): string => (url ?? "").split("?", 1)[0] ?? "";
