/** A readable value that tells when it changed: the shape `useSyncExternalStore` takes. All members are safe to pass unbound. */
export interface Store<T> {
  /** The same reference until the value changes. */
  readonly get: () => T;
  /** What a server render shows. */
  readonly getServer: () => T;
  /** Returns the removal. */
  readonly subscribe: (listener: () => void) => () => void;
}
