"use client";
import * as React from "react";
import { type Faults, faultySocketOf, hasFaultySocket } from "../src/devtools/faultySocket.ts";
import { useTools } from "./context.ts";

const latencies = [0, 100, 500, 2_000] as const;

/** Knobs that break this client's own socket. */
export function FaultsPane(): React.ReactNode {
  const { recorder, say } = useTools();
  const { inspection, client } = recorder;
  const [isIn, setIn] = React.useState(() => hasFaultySocket(inspection));
  if (client.tabs.get().role === "follower") return <p className="empty">{say("faults.follower")}</p>;
  if (!isIn)
    return (
      <div className="empty">
        <strong>{say("faults.out")}</strong>
        <span>{say("faults.outMeans")}</span>
        <button
          type="button"
          onClick={() => {
            faultySocketOf(inspection);
            if (client.state.get().name !== "disconnected") client.reconnect();
            setIn(true);
          }}
        >
          {say("faults.putIn")}
        </button>
      </div>
    );
  return <Knobs />;
}

function Knobs() {
  const { recorder, say } = useTools();
  const socket = faultySocketOf(recorder.inspection);
  const [faults, setFaults] = React.useState(socket.faults);
  const change = (to: Partial<Faults>): void => {
    socket.change(to);
    setFaults(socket.faults());
  };
  return (
    <div>
      <Knob name="cut">
        <button type="button" onClick={socket.cut}>
          {say("fault.cut.do")}
        </button>
      </Knob>
      <Knob name="silent" isOn={faults.silent}>
        <Switch name="silent" isOn={faults.silent} onChange={(silent) => change({ silent })} />
      </Knob>
      <Knob name="refusing" isOn={faults.refusing}>
        <Switch name="refusing" isOn={faults.refusing} onChange={(refusing) => change({ refusing })} />
      </Knob>
      <Knob name="latency" isOn={faults.latencyMs > 0}>
        <select
          aria-label={say("fault.latency")}
          value={faults.latencyMs}
          onChange={(event) => change({ latencyMs: Number(event.currentTarget.value) })}
        >
          {latencies.map((ms) => (
            <option key={ms} value={ms}>
              {ms} ms
            </option>
          ))}
        </select>
      </Knob>
      <Knob name="garbage">
        <button type="button" onClick={() => socket.say("<html>Sign in to the hotel network</html>")}>
          {say("fault.garbage.do")}
        </button>
      </Knob>
      <Knob name="goaway">
        <button type="button" onClick={() => socket.say('{"t":"goaway","minMs":500,"maxMs":2000}')}>
          {say("fault.goaway.do")}
        </button>
      </Knob>
    </div>
  );
}

interface KnobProps {
  readonly name: string;
  readonly isOn?: boolean;
  readonly children: React.ReactNode;
}

function Knob({ name, isOn = false, children }: KnobProps) {
  const { say } = useTools();
  return (
    <div className="knob" data-on={isOn} data-knob={name}>
      <strong>{say(`fault.${name}`)}</strong>
      {children}
      <span className="muted">{say(`fault.${name}.means`)}</span>
    </div>
  );
}

interface SwitchProps {
  readonly name: string;
  readonly isOn: boolean;
  readonly onChange: (on: boolean) => void;
}

function Switch({ name, isOn, onChange }: SwitchProps) {
  const { say } = useTools();
  return (
    <input
      type="checkbox"
      role="switch"
      aria-label={say(`fault.${name}`)}
      checked={isOn}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}
