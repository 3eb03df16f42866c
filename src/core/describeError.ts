/** An error as text, whatever was thrown; the log makes it printable. */
export function describeError(error: unknown): string {
  try {
    return String(error);
  } catch {
    return "something that cannot be described";
  }
}
