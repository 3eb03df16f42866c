"use client";
import type * as React from "react";
import { useStore } from "../hooks/useStore.ts";
import type { Peer } from "../src/devtools/peers.ts";
import { useTools } from "./context.ts";
import { short } from "./format.ts";
import type { Name } from "./layout.ts";
import { tones } from "./tones.ts";
import { useLatest } from "./useLatest.ts";

/** Who has the connection, how that was agreed, and the other tabs. */
export function TabsPane(): React.ReactNode {
  const { recorder, say } = useTools();
  const { client } = recorder;
  const tabs = useStore(client.tabs);
  const state = useStore(client.state).name;
  const peers = useLatest(recorder.peers);
  return (
    <div className="cards">
      <TabCard title={say("tabs.this")} tab={{ ...tabs, state }} means={say(`tabs.${tabs.role}Means`)} />
      {peers.map((peer) => (
        <TabCard key={peer.id} title={say("tabs.other", { id: short(peer.id) })} tab={peer} />
      ))}
      {!peers.length && <p className="muted">{say("tabs.none")}</p>}
    </div>
  );
}

interface TabCardProps {
  readonly title: string;
  readonly tab: Omit<Peer, "id" | "places">;
  readonly means?: string;
}

function TabCard({ title, tab: { role, rung, term, state }, means }: TabCardProps) {
  const { say } = useTools();
  return (
    <section className="card">
      <h3>
        {title}
        <span className="chip" data-tone={role === "leader" ? "good" : "rest"}>
          {say(`tabs.${role}`)}
        </span>
      </h3>
      {means && <p className="muted">{means}</p>}
      <dl>
        <dt>{say("tabs.state")}</dt>
        <dd>
          {state === undefined ? (
            <span className="muted">{say("tabs.closed")}</span>
          ) : (
            <span className="pill" data-tone={tones[state as Name] ?? "rest"}>
              {say(state)}
            </span>
          )}
        </dd>
        <dt>{say("tabs.rung")}</dt>
        <dd>{say(`rung.${rung}`)}</dd>
        <dt>{say("tabs.term")}</dt>
        <dd>{term}</dd>
      </dl>
    </section>
  );
}
