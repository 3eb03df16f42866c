import type { Numbered } from "../tally.ts";

/** A number the outside world wants published to one visit. */
export interface FeedItem extends Numbered {
  readonly from: "server";
  readonly visit: string;
}

export interface BackendSettings {
  readonly database: string;
  readonly bareDatabase: string;
  readonly origins: readonly string[];
}

/** Lab → backend process. */
export type Order =
  | { readonly kind: "publish"; readonly item: FeedItem }
  /** Leave within this time: everybody is asked to go, what was accepted is stored, then the process ends. */
  | { readonly kind: "retire"; readonly overMs: number }
  | { readonly kind: "visitors"; readonly count: number };

/** Backend process → lab. */
export type Notice =
  | { readonly kind: "listening"; readonly resilient: number; readonly bare: number }
  | { readonly kind: "published"; readonly item: FeedItem };
