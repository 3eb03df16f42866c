import type { ConnectionState } from "../../../src/core/connectionState.ts";
import type { Settlement } from "../../../src/client/receipt.ts";
import type { TabsState } from "../../../src/client/ResilientClient.ts";
import type { ResilientClientOptions } from "../../../src/client/options.ts";

/** What the address of the test page asks for, as JSON behind `#`. */
export interface PageOptions {
  /** Names the tab in what it records and sends. */
  readonly tab: string;
  /** The token, which the test server takes for the subject. */
  readonly user: string;
  /** What the app takes its user for. Default: `user`. */
  readonly identity?: string;
  /** Default: the server that the page came from. */
  readonly url?: string;
  readonly hears?: readonly string[];
  /** At its start. */
  readonly sends?: number;
  /** What fits into JSON of the client's options. */
  readonly client?: Partial<ResilientClientOptions>;
  readonly storage?: "indexedDB" | undefined;
}

/** What goes over the wire: the tab's own count, which every boot of it goes on with. */
export interface Numbered {
  readonly tab: string;
  readonly n: number;
}

type Said =
  | { readonly kind: "booted" }
  | ({ readonly kind: "role" } & TabsState)
  | { readonly kind: "state"; readonly name: ConnectionState["name"]; readonly attempt: number }
  | { readonly kind: "sent"; readonly n: number }
  | { readonly kind: "settled"; readonly n: number; readonly how: Settlement["kind"] }
  | { readonly kind: "heard"; readonly channel: string; readonly seq: number | undefined }
  | { readonly kind: "continuity"; readonly channel: string; readonly result: string }
  | { readonly kind: "page"; readonly event: string; readonly persisted: boolean }
  | { readonly kind: "trouble"; readonly text: string };

/** What a page says of itself: the `index`th thing that this boot of it said. `at` is when it was heard, Unix ms. */
export type PageRecord = Said & {
  readonly tab: string;
  readonly boot: string;
  readonly index: number;
  readonly at: number;
};
export type Say = (said: Said) => void;

/** What the server saw of a connection. */
export interface ConnectionRecord {
  readonly kind: "accepted" | "left";
  readonly connection: number;
  readonly group: string;
  readonly term: number;
}

/** One message at its place in the server's log, by the connection that it came over. */
export interface StoredRecord extends Numbered {
  readonly kind: "stored";
  readonly channel: string;
  readonly seq: number;
}

export type ServerRecord = (ConnectionRecord | StoredRecord) & { readonly at: number };
