const { is, keys } = Object;

/** The same value, or objects of the same members. */
export const shallow = (a: unknown, b: unknown): boolean => {
  if (is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b) return false;
  const names = keys(a);
  return (
    names.length === keys(b).length &&
    names.every((name) => name in b && is(a[name as keyof typeof a], b[name as keyof typeof b]))
  );
};

export const identity = <T>(value: T): T => value;

/** A getter that keeps its reference while `isEqual` finds nothing new, as `useSyncExternalStore` demands. */
export const selection = <T, S>(
  get: () => T,
  selector: (value: T) => S,
  isEqual: (a: S, b: S) => boolean,
): (() => S) => {
  let memo: { readonly source: T; readonly selected: S } | undefined;
  return () => {
    const source = get();
    if (!memo || memo.source !== source) {
      const selected = selector(source);
      memo = { source, selected: memo && isEqual(memo.selected, selected) ? memo.selected : selected };
    }
    return memo.selected;
  };
};
