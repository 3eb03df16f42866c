import { replacer } from "./plain.ts";
import type { Recorder } from "./recorder.ts";

export interface ExportOptions {
  /** Payloads and the texts of errors too. Default false: sizes and codes stand in their place. */
  readonly payloads?: boolean | undefined;
}

/** What was heard, as JSON. Ids and names of channels are in it; tokens and URLs with their query never are. */
export const exportRecording = (recorder: Recorder, { payloads = false }: ExportOptions = {}): string => {
  const { client, name, moments, traces, channels, samples } = recorder;
  const { clock } = recorder.inspection.ports;
  const redacted = traces.get().map(({ payload, ...trace }) => (payloads ? { payload, ...trace } : trace));
  return JSON.stringify(
    {
      what: "recording of resilient-socket",
      v: 1,
      at: clock.wallMs(),
      /** Add it to the `…Ms` of messages: then they are Unix ms. */
      offsetMs: clock.wallMs() - clock.nowMs(),
      name,
      redacted: !payloads,
      state: client.state.get(),
      tabs: client.tabs.get(),
      queue: client.outbox.state.get(),
      policy: recorder.policy,
      moments: moments.get(),
      messages: redacted,
      channels: channels.get(),
      samples: samples.get(),
    },
    replacer(payloads),
    1,
  );
};
