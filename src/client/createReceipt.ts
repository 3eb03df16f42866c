import { ResilientSocketError } from "../core/errors.ts";
import type { Settlement } from "../core/settlement.ts";
import { createStore, type WritableStore } from "./createStore.ts";
import type { Receipt, ReceiptStatus } from "./receipt.ts";

/** The receipt and the client's side of it. */
export interface ReceiptHandle extends Receipt {
  readonly settle: (settlement: Settlement) => void;
  readonly inFlight: () => void;
}

/** Promises and store are made when somebody asks: most receipts are dropped unread. */
class LazyReceipt implements ReceiptHandle {
  readonly id: string;
  #now: ReceiptStatus = { kind: "queued" };
  #final: Settlement | undefined;
  #store: WritableStore<ReceiptStatus> | undefined;
  #settled: Promise<Settlement> | undefined;
  #resolve: ((settlement: Settlement) => void) | undefined;
  readonly #report: (error: unknown) => void;

  constructor(id: string, report: (error: unknown) => void) {
    this.id = id;
    this.#report = report;
  }

  get status(): WritableStore<ReceiptStatus> {
    return (this.#store ??= createStore(() => this.#now, { kind: "queued" }, this.#report));
  }

  get settled(): Promise<Settlement> {
    return (this.#settled ??= this.#final
      ? Promise.resolve(this.#final)
      : new Promise((resolve) => {
          this.#resolve = resolve;
        }));
  }

  get accepted(): Promise<boolean> {
    const final = this.#final;
    return Promise.resolve(!(final && final.kind === "rejected" && final.by === "client"));
  }

  readonly orThrow = async (): Promise<Settlement> => {
    const settlement = await this.settled;
    if (settlement.kind === "acked" || settlement.kind === "sent") return settlement;
    const why =
      "code" in settlement
        ? `${settlement.kind} ${settlement.code} by the ${settlement.by}`
        : settlement.kind;
    throw new ResilientSocketError("MESSAGE_NOT_ACKED", why, settlement);
  };

  readonly settle = (settlement: Settlement): void => {
    if (this.#final) return;
    this.#final = settlement;
    this.#put(settlement);
    this.#resolve?.(settlement);
  };

  readonly inFlight = (): void => {
    if (this.#now.kind === "queued") this.#put({ kind: "inFlight" });
  };

  #put(status: ReceiptStatus): void {
    this.#now = status;
    this.#store?.notify();
  }
}

/** For what never entered an outbox. */
export const refusedReceipt = (id: string, code: string): Receipt => {
  const receipt = createReceipt(id, () => undefined);
  receipt.settle({ kind: "rejected", code, by: "client" });
  return receipt;
};

export const createReceipt = (id: string, report: (error: unknown) => void): ReceiptHandle =>
  new LazyReceipt(id, report);
