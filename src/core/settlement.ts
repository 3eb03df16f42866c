/** How a message ended. */
export type Settlement =
  /** In the channel's log at `seq`; `seqAtMost` when the server only knows that it was decided by then. */
  | { readonly kind: "acked"; readonly seq: number }
  | { readonly kind: "acked"; readonly seqAtMost: number }
  /** Plain mode: `isAck` recognised it; there is no position. */
  | { readonly kind: "acked"; readonly seq: undefined }
  | {
      readonly kind: "rejected";
      readonly code: string;
      readonly by: "client" | "server";
      /** With `CONFLICT`: where the channel stood. */
      readonly current?: { readonly seq: number; readonly tail: string };
    }
  /** Its time ran out; nothing was appended. */
  | { readonly kind: "expired" }
  /** The outbox was full and its policy chose this message. */
  | { readonly kind: "evicted" }
  /** Withdrawn by the caller; nothing was appended. */
  | { readonly kind: "aborted" }
  /** Possibly appended; nobody can tell any more. */
  | { readonly kind: "uncertain" }
  /** Plain mode: handed to an open socket, nothing more is known. */
  | { readonly kind: "sent" };
