"use client";
import * as React from "react";
import { useResilientClient } from "../hooks/useResilientClient.ts";
import { isDevelopment } from "../src/client/isDevelopment.ts";
import { createRecorder, type Recorder } from "../src/devtools/recorder.ts";
import type { ResilientClient } from "../src/devtools/surface.ts";
import { type AllMessages, allMessages, say } from "../src/devtools/inspectorMessages.ts";
import { Inspector } from "./Inspector.tsx";
import { kept, remember } from "./remember.ts";
import { ShadowScope, type Theme } from "./ShadowScope.tsx";
import { useLatest } from "./useLatest.ts";

interface Common {
  /** Default: the client of the `ResilientSocketProvider` above. That of `createSocketHooks` must be given. */
  readonly client?: ResilientClient | undefined;
  /** Default `system`. */
  readonly theme?: Theme | undefined;
  /** Texts of yours instead of ours, by code. */
  readonly messages?: Partial<AllMessages> | undefined;
  /** Knobs that break this client's socket. Default: not in a production build. */
  readonly faults?: boolean | undefined;
}

/** The inspector with its button. */
export interface ResilientSocketDevtoolsProps extends Common {
  /** Where the button stands. Default `right`. */
  readonly side?: "left" | "right" | undefined;
}

/** The inspector without its button: whose, in which colours, in which words. */
export type ResilientSocketDevtoolsPanelProps = Common;

const wantsFaults = (faults: boolean | undefined): boolean => faults ?? isDevelopment();

/** The recorder of a client, kept while the inspector is closed: what it heard stays, and it hears nothing more. */
function useRecorder(client: ResilientClient): Recorder | undefined {
  return React.useMemo(() => createRecorder(client), [client]);
}

function useTexts(own: Partial<AllMessages> | undefined): AllMessages {
  return React.useMemo(() => ({ ...allMessages, ...own }), [own]);
}

/** The inspector without a button, for a place of your own; it listens while it is mounted. */
export function ResilientSocketDevtoolsPanel(props: ResilientSocketDevtoolsPanelProps): React.ReactNode {
  return props.client ? <Panel {...props} client={props.client} /> : <ProvidedPanel {...props} />;
}

function ProvidedPanel(props: ResilientSocketDevtoolsPanelProps): React.ReactNode {
  return <Panel {...props} client={useResilientClient()} />;
}

function Panel({
  client,
  theme = "system",
  messages,
  faults,
}: Common & { readonly client: ResilientClient }): React.ReactNode {
  const recorder = useRecorder(client);
  const texts = useTexts(messages);
  return (
    <ShadowScope theme={theme} fill>
      <Inspector recorder={recorder} messages={texts} faults={wantsFaults(faults)} />
    </ShadowScope>
  );
}

/**
 * A button at the edge of the page that opens the inspector of a connection. While it is closed it listens to nothing; open or
 * closed, and which pane, survives a reload.
 */
export function ResilientSocketDevtools(props: ResilientSocketDevtoolsProps): React.ReactNode {
  return props.client ? <Dock {...props} client={props.client} /> : <ProvidedDock {...props} />;
}

function ProvidedDock(props: ResilientSocketDevtoolsProps): React.ReactNode {
  return <Dock {...props} client={useResilientClient()} />;
}

function Dock({
  client,
  theme = "system",
  messages,
  faults,
  side = "right",
}: ResilientSocketDevtoolsProps & { readonly client: ResilientClient }): React.ReactNode {
  const recorder = useRecorder(client);
  const texts = useTexts(messages);
  const isOpen = useLatest(kept).open;
  const [isTall, setTall] = React.useState(false);
  const button = React.useRef<HTMLButtonElement>(null);
  const show = (open: boolean): void => {
    remember({ open });
    if (!open) button.current?.focus();
  };
  return (
    <ShadowScope theme={theme} isOpen={isOpen}>
      <button
        ref={button}
        type="button"
        className="toggle"
        data-side={side}
        aria-expanded={isOpen}
        aria-label={say(texts, "inspector.toggle")}
        title={say(texts, "inspector.toggle")}
        onClick={() => show(!isOpen)}
      >
        <Mark />
        <span>{say(texts, "inspector.short")}</span>
      </button>
      {isOpen && (
        <div
          className="dock"
          data-tall={isTall}
          onKeyDown={(event) => {
            if (event.key === "Escape") show(false);
          }}
        >
          <Inspector
            recorder={recorder}
            messages={texts}
            faults={wantsFaults(faults)}
            onClose={() => show(false)}
            onTall={() => setTall(!isTall)}
          />
        </div>
      )}
    </ShadowScope>
  );
}

/** A line that breaks and goes on. */
function Mark(): React.ReactNode {
  return (
    <svg
      viewBox="0 0 24 24"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      strokeWidth="2.2"
      strokeLinecap="round"
    >
      <path d="M2 12h5M17 12h5" />
      <path d="M9.5 8.5 14.5 15.5M14.5 8.5 9.5 15.5" />
    </svg>
  );
}
