import type { ReactNode } from "react";
import { ResilientSocketProvider, useTabRole } from "resilient-socket";
import type { ResilientClient } from "resilient-socket/core";
import { ConnectionLine } from "./ConnectionLine.tsx";
import { OutboxMeter } from "./OutboxMeter.tsx";
import { Timeline } from "./Timeline.tsx";

interface TabCardProps {
  readonly client: ResilientClient;
  readonly title?: string;
  /** Buttons. */
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
}

/** A page as its user sees it: connection, outbox, and what the story adds. */
export function TabCard({ client, title = "A page", actions, children }: TabCardProps) {
  return (
    <ResilientSocketProvider client={client}>
      <section className="card tab-card">
        <header className="card-head">
          <h2>{title}</h2>
          <Role />
        </header>
        <ConnectionLine />
        <OutboxMeter />
        <Timeline client={client} />
        {children}
        {actions && <div className="actions">{actions}</div>}
      </section>
    </ResilientSocketProvider>
  );
}

function Role() {
  const role = useTabRole();
  return (
    <span className="role" data-role={role}>
      {role}
    </span>
  );
}
