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

/** What a reader showed last, for its next selection. No ref: what is made during render may ask it. */
export interface Shown<S> {
  readonly last: () => S | undefined;
  readonly keep: (value: S) => void;
}

export const rememberShown = <S>(): Shown<S> => {
  let value: S | undefined;
  return {
    last: () => value,
    keep: (shown) => {
      value = shown;
    },
  };
};

/**
 * A getter that keeps its reference while `isEqual` finds nothing new, as `useSyncExternalStore` demands. `shown` is what an earlier
 * selection of the same reader showed. Undefined is the absence of a value: it is neither selected from nor compared.
 */
export const selection = <T, S>(
  get: () => T,
  selector: (value: T) => S,
  isEqual: (a: S, b: S) => boolean,
  shown: Shown<S>["last"] = () => undefined,
): (() => S) => {
  let memo: { readonly source: T; readonly selected: S } | undefined;
  return () => {
    const source = get();
    if (!memo || memo.source !== source) {
      const before = memo ? memo.selected : shown();
      const selected = source === undefined ? (undefined as S) : selector(source);
      const same = before !== undefined && selected !== undefined && isEqual(before, selected);
      memo = { source, selected: same ? before : selected };
    }
    return memo.selected;
  };
};
