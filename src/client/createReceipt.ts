import { ResilientSocketError } from "../core/errors.ts";
import type { Replied } from "../core/sender.ts";
import type { Settlement } from "../core/settlement.ts";
import { createStore, type WritableStore } from "./createStore.ts";
import type { Receipt, ReceiptStatus } from "./receipt.ts";

/** The receipt and the client's side of it. */
export interface ReceiptHandle extends Receipt {
  /** What the server's app replied; undefined: unknown. */
  readonly reply: Replied | undefined;
  /** False: it was settled before. */
  settle(settlement: Settlement, reply?: Replied): boolean;
  /** It stands in the waiting room. */
  wait(): void;
  /** The outbox, or the socket of a volatile one, took it. */
  accept(): void;
  inFlight(): void;
}

/** Promises and store are made when somebody asks: most receipts are dropped unread. */
class LazyReceipt implements ReceiptHandle {
  readonly id: string;
  reply: Replied | undefined;
  #now: ReceiptStatus = { kind: "queued" };
  #final: Settlement | undefined;
  #store: WritableStore<ReceiptStatus> | undefined;
  #settled: Promise<Settlement> | undefined;
  #resolve: ((settlement: Settlement) => void) | undefined;
  #taken: boolean | undefined;
  #accepted: Promise<boolean> | undefined;
  #decided: ((taken: boolean) => void) | undefined;
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
    return (this.#accepted ??= new Promise((resolve) => {
      if (this.#taken === undefined) this.#decided = resolve;
      else resolve(this.#taken);
    }));
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

  settle(settlement: Settlement, reply?: Replied): boolean {
    if (this.#final) return false;
    this.#final = settlement;
    this.reply = reply;
    this.#decide(false);
    this.#put(settlement);
    this.#resolve?.(settlement);
    return true;
  }

  wait(): void {
    this.#put({ kind: "waiting" });
  }

  accept(): void {
    this.#decide(true);
    if (this.#now.kind === "waiting") this.#put({ kind: "queued" });
  }

  inFlight(): void {
    if (this.#now.kind === "queued") this.#put({ kind: "inFlight" });
  }

  #decide(taken: boolean): void {
    this.#taken ??= taken;
    this.#decided?.(this.#taken);
  }

  #put(status: ReceiptStatus): void {
    this.#now = status;
    this.#store?.notify();
  }
}

/** For what never entered an outbox. */
export const refusedReceipt = (id: string, code: string): ReceiptHandle => {
  const receipt = createReceipt(id, () => undefined);
  receipt.settle({ kind: "rejected", code, by: "client" });
  return receipt;
};

export const createReceipt = (id: string, report: (error: unknown) => void): ReceiptHandle =>
  new LazyReceipt(id, report);
