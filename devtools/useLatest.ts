"use client";
import * as React from "react";

interface Readable<T> {
  readonly get: () => T;
  readonly getServer: () => T;
  readonly subscribe: (listener: () => void) => () => void;
}

/** The store's value as it is: these change as a whole. */
export function useLatest<T>({ get, getServer, subscribe }: Readable<T>): T {
  return React.useSyncExternalStore(subscribe, get, getServer);
}
