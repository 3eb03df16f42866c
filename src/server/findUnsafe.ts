/** Why a payload is refused before any code of the app sees it. Recursion is bounded by `maxDepth`. */
export function findUnsafe(value: unknown, maxDepth: number): "TOO_DEEP" | "FORBIDDEN_KEY" | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (maxDepth <= 0) return "TOO_DEEP";
  if (Array.isArray(value)) {
    for (const element of value) {
      const reason = findUnsafe(element, maxDepth - 1);
      if (reason) return reason;
    }
    return undefined;
  }
  for (const key in value) {
    const inner = (value as Record<string, unknown>)[key];
    if (key === "__proto__" || (key === "constructor" && plantsPrototype(inner))) return "FORBIDDEN_KEY";
    const reason = findUnsafe(inner, maxDepth - 1);
    if (reason) return reason;
  }
  return undefined;
}

const plantsPrototype = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.hasOwn(value, "prototype");
