/** What `authenticate` may look at; never the token again. */
export interface HandshakeRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The socket's, or the one a proxy of `trustProxy` vouches for. */
  readonly remoteAddress: string;
}

/** Who speaks, and for how long: what `authenticate` answers. */
export interface Identity {
  /** What the server calls the user. */
  readonly subject: string;
  /** Unix ms; null: does not expire. */
  readonly expiresAt?: number | null | undefined;
}

/** `null` refuses the login: close 4501. A throw or a rejection is a retriable failure: close 4010. */
export type Authenticate = (
  token: string | null,
  request: HandshakeRequest,
) => Identity | null | Promise<Identity | null>;

/** What `authorize` is asked: may this subject read or write this channel? */
export interface AuthorizeRequest {
  readonly subject: string;
  readonly action: "read" | "write";
  readonly channel: string;
}
