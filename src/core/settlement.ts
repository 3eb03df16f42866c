/** How a message ended. */
export type Settlement =
  /**
   * In the channel's log at `seq`, or at or before `seqAtMost` when the server only knows that it was decided by then.
   * Plain mode: `isAck` recognised it, both are undefined.
   */
  | { readonly kind: "acked"; readonly seq?: number | undefined; readonly seqAtMost?: number | undefined }
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
  /** Plain mode and `volatile`: handed to an open socket, nothing more is known. */
  | { readonly kind: "sent" };
