"use client";
import * as React from "react";
import type { Store } from "../src/client/store.ts";
import { identity, rememberShown, selection, shallow } from "./selection.ts";

/**
 * Reads a store, or what a selector makes of it: renders only when `isEqual` sees a difference, and keeps its reference until
 * then, also where the selector is another function at every render.
 */
export function useStore<T, S = T>(
  { get, getServer, subscribe }: Store<T>,
  selector: (value: T) => S = identity as never,
  isEqual: (a: S, b: S) => boolean = shallow,
): S {
  const [{ last, keep }] = React.useState(rememberShown<S>);
  const [here, atServer] = React.useMemo(
    () => [get, getServer].map((read) => selection(read, selector, isEqual, last)) as [() => S, () => S],
    [get, getServer, selector, isEqual, last],
  );
  const value = React.useSyncExternalStore(subscribe, here, atServer);
  React.useInsertionEffect(() => keep(value), [keep, value]);
  return value;
}
