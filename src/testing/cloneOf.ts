/** What a structured clone makes of it, without the crossing into native code that most of the simulated time would go into. No cycles. */
export const cloneOf = <T>(value: T): T => {
  if (typeof value !== "object" || value === null)
    // A function throws, as it does on a real bus.
    return typeof value === "function" || typeof value === "symbol" ? structuredClone(value) : value;
  if (Array.isArray(value)) return value.map(cloneOf) as T;
  if (Object.getPrototypeOf(value) !== Object.prototype) return structuredClone(value);
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) copy[key] = cloneOf((value as Record<string, unknown>)[key]);
  return copy as T;
};
