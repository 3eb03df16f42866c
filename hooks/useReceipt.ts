"use client";
import * as React from "react";
import { defaultContext } from "../providers/context.ts";
import type { Receipt, ReceiptStatus } from "../src/client/receipt.ts";
import type { Store } from "../src/client/store.ts";
import { describe } from "./describe.ts";
import { useStore } from "./useStore.ts";

const nothing = () => undefined;
const none: Store<undefined> = { get: nothing, getServer: nothing, subscribe: () => nothing };

/** Where a message stands: what `send` returned, from `queued` to its settlement; undefined without a receipt. */
export function useReceipt(receipt: Receipt): ReceiptStatus;
export function useReceipt(receipt: Receipt | null | undefined): ReceiptStatus | undefined;
export function useReceipt(receipt: Receipt | null | undefined): ReceiptStatus | undefined {
  // A receipt may come from elsewhere: no provider is needed.
  React.useDebugValue(React.useContext(defaultContext), (client) => client && describe(client));
  return useStore<ReceiptStatus | undefined>(receipt?.status ?? none);
}
