/** `indexedDB()`: how surely a message is stored, and in which shape. */
export interface IndexedDbOptions {
  /** `strict` survives a power cut, `relaxed` is faster. Default `strict`. https://www.w3.org/TR/IndexedDB/#transaction-durability-hint */
  readonly durability?: "strict" | "relaxed" | undefined;
  /** What is stored instead of the JSON text of a payload or a reply: anything that can be cloned. Does not stop script in your page. */
  readonly encrypt?: ((body: string) => unknown) | undefined;
  /** Undoes `encrypt`. */
  readonly decrypt?: ((stored: unknown) => string | Promise<string>) | undefined;
}
