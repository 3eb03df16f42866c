import { useSyncExternalStore } from "react";
import type { Balance } from "./books.ts";
import type { Store } from "./store.ts";

export const useBalance = ({ subscribe, get }: Store<Balance>): Balance =>
  useSyncExternalStore(subscribe, get);
