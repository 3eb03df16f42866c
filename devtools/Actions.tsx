"use client";
import * as React from "react";
import { exportRecording } from "../src/devtools/exportRecording.ts";
import { tellStory } from "../src/devtools/tellStory.ts";
import { useTools } from "./context.ts";

interface ActionsProps {
  readonly onClose?: (() => void) | undefined;
  readonly onTall?: (() => void) | undefined;
}

const save = (text: string): void => {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = "resilient-socket-recording.json";
  link.click();
  URL.revokeObjectURL(url);
};

/** What can be done with what was heard. */
export function Actions({ onClose, onTall }: ActionsProps): React.ReactNode {
  const { recorder, say } = useTools();
  const [told, setTold] = React.useState("");
  const copy = (): void => {
    const done = (code: string) => () => setTold(code);
    // Without https there is no clipboard.
    const writing = (navigator.clipboard as Clipboard | undefined)?.writeText(tellStory(recorder));
    if (writing) writing.then(done("told.copied"), done("told.notCopied"));
    else setTold("told.notCopied");
  };
  return (
    <span className="actions">
      <span role="status" className="muted">
        {told && say(told)}
      </span>
      <button type="button" title={say("act.testMeans")} onClick={copy}>
        {say("act.test")}
      </button>
      <button
        type="button"
        title={say("act.exportMeans")}
        onClick={(event) => save(exportRecording(recorder, { payloads: event.altKey }))}
      >
        {say("act.export")}
      </button>
      <button type="button" onClick={recorder.clear}>
        {say("act.clear")}
      </button>
      {onTall && (
        <button type="button" aria-label={say("act.tall")} title={say("act.tall")} onClick={onTall}>
          ↕
        </button>
      )}
      {onClose && (
        <button type="button" aria-label={say("act.close")} title={say("act.close")} onClick={onClose}>
          ✕
        </button>
      )}
    </span>
  );
}
