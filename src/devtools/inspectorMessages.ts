/** The inspector's texts, beside those that an app's users see. Words in braces are values. */
export const inspectorMessages = {
  // why a message was not sent
  "why.room": "The outbox is full; it has a place in the waiting room.",
  "why.voidAborted": "Withdrawn after it may have been sent: the server says whether it was in time.",
  "why.voidExpired": "Too old now, but it may have been sent: the server says whether it was in time.",
  "why.answer": "Sent; the server has not answered yet.",
  "why.leader": "Handed to the leading tab; the server has not answered yet.",
  "why.initial": "Nobody has asked for a connection yet: call connect() or mount a provider.",
  "why.requested": "disconnect() was called; connect() sends it.",
  "why.suspended": "The page rests in the background; it goes on when it is seen.",
  "why.logout": "The user signed out; it waits for connect().",
  "why.disposed": "The client is disposed of; nothing is sent any more.",
  "why.connecting": "A connection is being made.",
  "why.authenticating": "The server is being told who this is.",
  "why.resuming": "What was missed is fetched first.",
  "why.offline": "The browser says that it is offline.",
  "why.reconnecting": "No connection ({reason}); attempt {attempt} in {seconds} s.",
  "why.failed": "The connection has stopped: {code}. Next step: {next}.",
  "why.paused": "The server asked to wait ({reason}), {seconds} s more.",
  "why.window": "The window is full: {count} in flight, the server takes {window} at a time.",
  "why.congested": "The browser still has {kb} kB to send.",
  "why.behind": "{count} earlier messages of its channel go first.",
  "why.behindOne": "One earlier message of its channel goes first.",
  "why.guard": "Its guard is asked when it is its turn, which is next.",
  "why.next": "It goes out next.",
} as const;

export type InspectorMessages = Readonly<Record<keyof typeof inspectorMessages, string>>;

/** The text of a code with its values in place; a code without a text is shown as it is. */
export const say = (
  messages: Readonly<Record<string, string>>,
  code: string,
  values: Readonly<Record<string, string | number>> = {},
): string => (messages[code] ?? code).replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
