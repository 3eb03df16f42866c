import type { ConnectionState, ResilientClient } from "resilient-socket/core";
import type { Stage } from "./createStage.ts";

export interface Span {
  readonly name: ConnectionState["name"];
  readonly fromMs: number;
}
export interface Depth {
  readonly atMs: number;
  readonly depth: number;
}

/** What became of a connection and its outbox, in virtual time. */
export interface Trail {
  readonly spans: readonly Span[];
  readonly depths: readonly Depth[];
}

const trails = new WeakMap<ResilientClient, Trail>();

/** Written from the first time it is asked for. */
export const trailOf = (client: ResilientClient, { world }: Stage): Trail => {
  const known = trails.get(client);
  if (known) return known;
  const spans: Span[] = [];
  const depths: Depth[] = [];
  const nowMs = (): number => world.clock.nowMs();
  const noteState = (): void => {
    const { name } = client.state.get();
    if (spans.at(-1)?.name !== name) spans.push({ name, fromMs: nowMs() });
  };
  const noteDepth = (): void => {
    const { depth } = client.outbox.state.get();
    if (depths.at(-1)?.depth !== depth) depths.push({ atMs: nowMs(), depth });
  };
  client.state.subscribe(noteState);
  client.outbox.state.subscribe(noteDepth);
  noteState();
  noteDepth();
  const trail = { spans, depths };
  trails.set(client, trail);
  return trail;
};
