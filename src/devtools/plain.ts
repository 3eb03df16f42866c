/** For JSON: errors are their code (and text, where it may be told), infinities and functions are words. */
export const replacer =
  (texts: boolean) =>
  (_: string, value: unknown): unknown => {
    if (value instanceof Error) {
      const { code } = value as { readonly code?: unknown };
      return texts ? { code, message: value.message } : { code };
    }
    if (typeof value === "number" && !Number.isFinite(value)) return String(value);
    return typeof value === "function" ? "function" : value;
  };
