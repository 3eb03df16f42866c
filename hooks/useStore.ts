"use client";
import * as React from "react";
import type { Store } from "../src/client/store.ts";
import { identity, selection, shallow } from "./selection.ts";

/** Reads a store, or what a selector makes of it: renders only when `isEqual` sees a difference. */
export function useStore<T, S = T>(
  { get, getServer, subscribe }: Store<T>,
  selector: (value: T) => S = identity as never,
  isEqual: (a: S, b: S) => boolean = shallow,
): S {
  const [here, atServer] = React.useMemo(
    () => [get, getServer].map((read) => selection(read, selector, isEqual)) as [() => S, () => S],
    [get, getServer, selector, isEqual],
  );
  return React.useSyncExternalStore(subscribe, here, atServer);
}
