import { useSyncExternalStore } from "react";
import type { Receipt, ReceiptStatus } from "resilient-socket";

const describe = (status: ReceiptStatus): string => {
  switch (status.kind) {
    case "queued":
      return "queued";
    case "inFlight":
      return "in flight";
    case "acked":
      return "seq" in status && status.seq !== undefined ? `stored #${status.seq}` : "stored";
    case "rejected":
      return `rejected ${status.code}`;
    default:
      return status.kind;
  }
};

/** Where a message is on its way: the receipt is a store of its status. */
export function ReceiptMark({ receipt }: { readonly receipt: Receipt }) {
  const { subscribe, get, getServer } = receipt.status;
  const status = useSyncExternalStore(subscribe, get, getServer);
  return (
    <p className="receipt" data-kind={status.kind}>
      {describe(status)}
    </p>
  );
}
