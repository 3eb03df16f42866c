/** An error as one log field: short, without control characters, whatever was thrown. */
export function describeError(error: unknown): string {
  try {
    return String(error)
      .replace(/[\u0000-\u001f\u007f]/g, " ")
      .slice(0, 200);
  } catch {
    return "something that cannot be described";
  }
}
