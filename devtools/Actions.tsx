"use client";
import * as React from "react";
import { exportRecording } from "../src/devtools/exportRecording.ts";
import { tellStory } from "../src/devtools/tellStory.ts";
import { useTools } from "./context.ts";

interface ActionsProps {
  readonly onClose?: (() => void) | undefined;
  readonly onTall?: (() => void) | undefined;
}

/** No object URL: pages of a strict policy allow none. */
const save = (text: string): void => {
  const link = document.createElement("a");
  link.href = `data:application/json;charset=utf-8,${encodeURIComponent(text)}`;
  link.download = "resilient-socket-recording.json";
  link.click();
};

/** What can be done with what was heard. */
export function Actions({ onClose, onTall }: ActionsProps): React.ReactNode {
  const { recorder, say } = useTools();
  const [told, setTold] = React.useState("");
  const [payloads, setPayloads] = React.useState(false);
  const copy = (): void => {
    const done = (code: string) => () => setTold(code);
    // Without https there is no clipboard.
    const writing = (navigator.clipboard as Clipboard | undefined)?.writeText(
      tellStory(recorder, { payloads }),
    );
    if (writing) writing.then(done("told.copied"), done("told.notCopied"));
    else setTold("told.notCopied");
  };
  return (
    <>
      <span className="actions">
        <span role="status" className="muted">
          {told && say(told)}
        </span>
        <label className="check" title={say("act.payloadsMeans")}>
          <input
            type="checkbox"
            checked={payloads}
            onChange={(event) => setPayloads(event.currentTarget.checked)}
          />
          {say("act.payloads")}
        </label>
        <button type="button" title={say("act.testMeans")} onClick={copy}>
          {say("act.test")}
        </button>
        <button
          type="button"
          title={say("act.exportMeans")}
          onClick={() => save(exportRecording(recorder, { payloads }))}
        >
          {say("act.export")}
        </button>
        <button type="button" onClick={recorder.clear}>
          {say("act.clear")}
        </button>
      </span>
      <span className="window">
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
    </>
  );
}
