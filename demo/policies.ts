/** What a full outbox does with one message more. */
export const policies = [
  { id: "reject", name: "Reject" },
  { id: "evict-oldest", name: "Evict oldest" },
  { id: "wait", name: "Wait" },
] as const;

export type Policy = (typeof policies)[number]["id"];
