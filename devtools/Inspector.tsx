"use client";
import * as React from "react";
import { useStore } from "../hooks/useStore.ts";
import type { Recorder } from "../src/devtools/recorder.ts";
import { type AllMessages, say as sayWith } from "../src/devtools/inspectorMessages.ts";
import { reasonOf } from "../src/devtools/moments.ts";
import { Actions } from "./Actions.tsx";
import { ChannelsPane } from "./ChannelsPane.tsx";
import { InspectorContext } from "./context.ts";
import { FaultsPane } from "./FaultsPane.tsx";
import { FiguresPane } from "./FiguresPane.tsx";
import { MessagesPane } from "./MessagesPane.tsx";
import { OutboxPane } from "./OutboxPane.tsx";
import { type InspectorPane, kept, paneNames, remember } from "./remember.ts";
import { TabsPane } from "./TabsPane.tsx";
import { TimelinePane } from "./TimelinePane.tsx";
import { tones } from "./tones.ts";
import { useLatest } from "./useLatest.ts";

interface InspectorProps {
  /** Undefined: the client is not of this copy of the package. */
  readonly recorder: Recorder | undefined;
  readonly messages: AllMessages;
  readonly faults: boolean;
  readonly onClose?: (() => void) | undefined;
  readonly onTall?: (() => void) | undefined;
}

const panes = {
  timeline: TimelinePane,
  outbox: OutboxPane,
  messages: MessagesPane,
  channels: ChannelsPane,
  tabs: TabsPane,
  figures: FiguresPane,
  faults: FaultsPane,
} satisfies Record<InspectorPane, () => React.ReactNode>;

/** The whole inspector. It listens to the client for as long as it is mounted. */
export function Inspector({ recorder, messages, faults, onClose, onTall }: InspectorProps): React.ReactNode {
  React.useEffect(() => recorder?.start(), [recorder]);
  const tools = React.useMemo(() => (recorder ? { recorder, messages } : null), [recorder, messages]);
  if (!tools)
    return (
      <section className="inspector" aria-label={sayWith(messages, "inspector.title")}>
        <p className="empty">{sayWith(messages, "inspector.foreign")}</p>
      </section>
    );
  return (
    <InspectorContext.Provider value={tools}>
      <section className="inspector" aria-label={sayWith(messages, "inspector.title")}>
        <Head recorder={tools.recorder} messages={messages} onClose={onClose} onTall={onTall} />
        <Panes messages={messages} names={namesOf(faults)} recorder={tools.recorder} />
      </section>
    </InspectorContext.Provider>
  );
}

const namesOf = (faults: boolean): readonly InspectorPane[] =>
  paneNames.filter((name) => faults || name !== "faults");

function Head({
  recorder,
  messages,
  onClose,
  onTall,
}: Pick<InspectorProps, "messages" | "onClose" | "onTall"> & { readonly recorder: Recorder }) {
  const state = useStore(recorder.client.state);
  const tabs = useStore(recorder.client.tabs);
  const reason = reasonOf(state);
  return (
    <header className="head">
      <h2>{sayWith(messages, "inspector.short")}</h2>
      <span className="pill" data-tone={tones[state.name]} role="status">
        {sayWith(messages, state.name)}
        {reason && <span className="muted">{reason}</span>}
      </span>
      <span className="pill" data-tone="rest">
        {sayWith(messages, `tabs.${tabs.role}`)}
      </span>
      <span className="muted mono who">{recorder.name}</span>
      <Actions onClose={onClose} onTall={onTall} />
    </header>
  );
}

function Panes({
  names,
  messages,
  recorder,
}: {
  readonly names: readonly InspectorPane[];
  readonly messages: AllMessages;
  readonly recorder: Recorder;
}) {
  const chosen = useLatest(kept).pane;
  const name = names.includes(chosen) ? chosen : "timeline";
  const id = React.useId();
  const list = React.useRef<HTMLDivElement>(null);
  // Chosen from outside too; on a narrow page not all of them fit.
  React.useEffect(() => {
    const tab = list.current?.querySelector(`[data-pane=${name}]`);
    tab?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
  }, [name]);
  const choose = (next: InspectorPane): void => remember({ pane: next });
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const at = names.indexOf(name);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: names.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = names[(to + names.length) % names.length] as InspectorPane;
    choose(next);
    list.current?.querySelector<HTMLElement>(`[data-pane=${next}]`)?.focus();
  };
  const Pane = panes[name];
  return (
    <>
      <div
        ref={list}
        className="tabs"
        role="tablist"
        aria-label={sayWith(messages, "inspector.panes")}
        onKeyDown={onKeyDown}
      >
        {names.map((one) => (
          <button
            key={one}
            type="button"
            role="tab"
            id={`${id}${one}`}
            data-pane={one}
            aria-selected={one === name}
            aria-controls={`${id}pane`}
            tabIndex={one === name ? 0 : -1}
            onClick={() => choose(one)}
          >
            {sayWith(messages, `pane.${one}`)}
            {one === "outbox" && <Waiting recorder={recorder} />}
          </button>
        ))}
      </div>
      <div className="pane" role="tabpanel" tabIndex={0} id={`${id}pane`} aria-labelledby={`${id}${name}`}>
        <Pane />
      </div>
    </>
  );
}

const depthOf = ({ rows }: { readonly rows: readonly unknown[] }): number => rows.length;

function Waiting({ recorder }: { readonly recorder: Recorder }) {
  const depth = useStore(recorder.outbox, depthOf);
  return depth > 0 && <span className="badge">{depth}</span>;
}
