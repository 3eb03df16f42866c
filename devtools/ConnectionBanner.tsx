"use client";
import * as React from "react";
import { useResilientClient } from "../hooks/useResilientClient.ts";
import { useStore } from "../hooks/useStore.ts";
import type { ResilientClient } from "../src/client/ResilientClient.ts";
import type { ConnectionState } from "../src/client/surface.ts";
import { createNotice, type Notice } from "../src/devtools/createNotice.ts";
import { describeConnection, messages, type Messages, type RecoveryKind } from "../src/devtools/messages.ts";
import { systemClock } from "../src/platform/systemClock.ts";

/** Its texts, its patience, and what only the app can do. */
export interface ConnectionBannerProps {
  /** Default: the client of the `ResilientSocketProvider` above. That of `createSocketHooks` must be given. */
  readonly client?: ResilientClient | undefined;
  /** Replaces texts, by code. */
  readonly messages?: Partial<Messages> | undefined;
  /** Trouble that is over sooner is never shown, in ms. Default 2 000. Read once. */
  readonly quietMs?: number | undefined;
  /** How long "Connected again" is shown, in ms. Default 3 000. Read once. */
  readonly restoredMs?: number | undefined;
  /** What its button does, by recovery. Default: `automatic` and `manual` try at once; the others have no button. */
  readonly onRecover?: { readonly [K in RecoveryKind]?: (() => void) | undefined } | undefined;
  /** Instead of the look it comes with. `data-notice` and `data-state` tell what it shows. */
  readonly className?: string | undefined;
  /** Where time comes from. Default: the system. Read once. */
  readonly after?: ((delayMs: number, task: () => void) => () => void) | undefined;
}

/**
 * Tells the user of an outage, its reason and what happens next, politely: nothing for the first two seconds, one announcement
 * per reason, one at the end. Stands where you put it and takes no room while there is nothing to tell.
 */
export function ConnectionBanner(props: ConnectionBannerProps): React.ReactNode {
  return props.client ? <Banner {...props} client={props.client} /> : <ProvidedBanner {...props} />;
}

function ProvidedBanner(props: ConnectionBannerProps): React.ReactNode {
  return <Banner {...props} client={useResilientClient()} />;
}

function Banner({
  client,
  messages: replaced,
  onRecover,
  className,
  ...timing
}: ConnectionBannerProps & { readonly client: ResilientClient }): React.ReactNode {
  const notice = useNotice(client, timing);
  const texts = replaced ? { ...messages, ...replaced } : messages;
  const state = notice.kind === "trouble" ? notice.state : undefined;
  const recovery = state && "recovery" in state ? state.recovery.kind : undefined;
  const act = recovery && actionOf(recovery, client, onRecover);
  const look = className === undefined ? looks[notice.kind] : undefined;
  return (
    <div className={className} style={look} data-notice={notice.kind} data-state={state?.name}>
      <p role="status" aria-live="polite" aria-atomic="true" style={text}>
        {notice.kind === "restored" && <strong>{texts.restored}</strong>}
        {state && <Trouble state={state} texts={texts} />}
      </p>
      {act && (
        <button type="button" onClick={act} style={className === undefined ? button : undefined}>
          {texts[`do:${recovery}`]}
        </button>
      )}
    </div>
  );
}

function Trouble({ state, texts }: { readonly state: ConnectionState; readonly texts: Messages }) {
  const { title, reason, next } = describeConnection(state, texts);
  return (
    <>
      <strong>{title}</strong>
      {[reason, next].map((part) => part && <span key={part}> {part}</span>)}
    </>
  );
}

const useNotice = (
  { state }: ResilientClient,
  { after = systemClock.after, quietMs, restoredMs }: ConnectionBannerProps,
): Notice => {
  const [timing] = React.useState({ after, quietMs, restoredMs });
  return useStore(React.useMemo(() => createNotice(state, timing), [state, timing]));
};

const actionOf = (
  kind: RecoveryKind,
  { reconnect }: ResilientClient,
  given: ConnectionBannerProps["onRecover"],
): (() => void) | undefined =>
  given && kind in given ? given[kind] : kind === "automatic" || kind === "manual" ? reconnect : undefined;

const shown: React.CSSProperties = {
  display: "flex",
  flexWrap: "wrap",
  alignItems: "center",
  justifyContent: "space-between",
  gap: "0.5rem 1rem",
  padding: "0.625rem 1rem",
  borderRadius: "0.75rem",
  lineHeight: 1.45,
  color: "light-dark(#2b2410, #f3ead3)",
  background: "light-dark(#fbf3dc, #2c2615)",
};
const looks: { readonly [K in Notice["kind"]]?: React.CSSProperties } = {
  trouble: shown,
  restored: { ...shown, color: "light-dark(#0a3d39, #d5f1ed)", background: "light-dark(#e4f0ee, #14302e)" },
};
const text: React.CSSProperties = { margin: 0, flex: "1 1 16rem" };
const button: React.CSSProperties = {
  font: "inherit",
  color: "inherit",
  background: "none",
  border: "1px solid currentColor",
  borderRadius: 999,
  padding: "0.125rem 0.875rem",
  cursor: "pointer",
};
