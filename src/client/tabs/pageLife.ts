/** What the app and its page want: a connection, none, or none until the page is back. */
import type { DisconnectReason } from "../../core/connectionState.ts";
import type { Hint, Sensors } from "../../core/ports.ts";
import type { Connection } from "../connection.ts";
import type { Standing } from "./standing.ts";

export interface PageLifeHost {
  readonly sensors: Sensors | undefined;
  readonly standing: Standing;
  /** Takes part in the election. */
  readonly enter: () => void;
  readonly leave: (isSuspended: boolean) => void;
  /** The app wants no connection any more. */
  readonly ended: () => void;
  readonly turned: (to: "visible" | "hidden") => void;
  /** What the app calls while it wants a connection. */
  readonly act: Connection["call"];
}

export const createPageLife = (host: PageLifeHost): { readonly call: Connection["call"] } => {
  const { sensors, standing } = host;
  let unlisten: (() => void) | undefined;

  const begin = (): void => {
    unlisten ??= sensors?.listen(hinted);
    standing.want("connection", "connect", host.enter);
  };
  const end = (reason: DisconnectReason): void => {
    const isSuspended = reason === "suspended";
    standing.want(reason, isSuspended ? reason : "disconnect", () => host.leave(isSuspended));
    if (isSuspended) return;
    host.ended();
    unlisten?.();
    unlisten = undefined;
  };
  const hinted = (hint: Hint): void => {
    if (hint === "suspended" && standing.isWanted()) return end("suspended");
    if ((hint === "restored" || hint === "visible") && standing.wish() === "suspended") return begin();
    if (hint === "visible" || hint === "hidden") host.turned(hint);
  };

  return {
    call: (event) => {
      if (event.type === "disconnect") end(event.reason);
      else if (standing.isWanted()) host.act(event);
      else begin();
    },
  };
};
