import type { ReactNode } from "react";
import { ResilientSocketProvider } from "resilient-socket";
import type { ResilientClient } from "resilient-socket/core";
import { ConnectionLine } from "./ConnectionLine.tsx";

interface CardProps {
  readonly client: ResilientClient;
  readonly title?: string;
  /** What a reader does to the world around. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A provider around what a story is about, with the state of its connection. */
export function Card({ client, title, actions, children }: CardProps) {
  return (
    <ResilientSocketProvider client={client}>
      <section className="card">
        {title !== undefined && <h2>{title}</h2>}
        <ConnectionLine />
        {children}
        {actions && <div className="actions">{actions}</div>}
      </section>
    </ResilientSocketProvider>
  );
}
