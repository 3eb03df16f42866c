export interface OriginPolicy {
  /** Exact matches. Omitted: same host as the request only. */
  readonly origins?: readonly string[] | undefined;
  readonly allowMissingOrigin?: boolean | undefined;
}

/** Whether a page of this origin may open a socket. Never throws; `null` and what cannot be read are refused. */
export function isOriginAllowed(
  { origins, allowMissingOrigin = false }: OriginPolicy,
  origin: unknown,
  host: unknown,
): boolean {
  if (origin === undefined) return allowMissingOrigin === true;
  if (typeof origin !== "string" || origin === "null" || !URL.canParse(origin)) return false;
  if (origins) return origins.includes(origin);
  const { protocol, host: originHost } = new URL(origin);
  const isWeb = protocol === "http:" || protocol === "https:";
  return isWeb && typeof host === "string" && originHost !== "" && originHost === host.toLowerCase();
}
