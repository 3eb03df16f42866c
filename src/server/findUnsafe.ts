import type { ResolvedLimits } from "./limits.ts";

export type UnsafeReason = "TOO_DEEP" | "TOO_MANY_KEYS" | "FORBIDDEN_KEY";

/** Why a payload is refused before any code of the app sees it. Recursion is bounded by `maxDepth`, the walk by `maxKeys`. */
export function findUnsafe(
  value: unknown,
  { maxDepth, maxKeys }: Pick<ResolvedLimits, "maxDepth" | "maxKeys">,
): UnsafeReason | undefined {
  let keys = 0;

  function walk(part: unknown, depth: number): UnsafeReason | undefined {
    if (typeof part !== "object" || part === null) return undefined;
    if (depth <= 0) return "TOO_DEEP";
    if (Array.isArray(part)) {
      keys += part.length;
      if (keys > maxKeys) return "TOO_MANY_KEYS";
      for (const element of part) {
        const reason = walk(element, depth - 1);
        if (reason) return reason;
      }
      return undefined;
    }
    for (const key in part) {
      if (++keys > maxKeys) return "TOO_MANY_KEYS";
      const inner = (part as Record<string, unknown>)[key];
      if (key === "__proto__" || (key === "constructor" && plantsPrototype(inner))) return "FORBIDDEN_KEY";
      const reason = walk(inner, depth - 1);
      if (reason) return reason;
    }
    return undefined;
  }

  return walk(value, maxDepth);
}

const plantsPrototype = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.hasOwn(value, "prototype");
