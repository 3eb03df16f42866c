/** The other tabs: who they are, as the leader knows; how far they have read, as those tell each other whose inspector is open. */
import type { Inspection } from "../client/inspection.ts";
import type { ResilientClient, TabsState } from "../client/ResilientClient.ts";

export interface Peer extends TabsState {
  readonly id: string;
  /** Undefined: its inspector is closed. */
  readonly state: string | undefined;
  /** By channel: epoch and seq of the last event it has seen, as far as it tells. */
  readonly places: Readonly<Record<string, readonly [epoch: string, seq: number]>>;
}

export interface Peers {
  readonly start: () => () => void;
  /** Posts what is new; called a few times a second. */
  readonly tell: () => void;
  readonly all: () => readonly Peer[];
  /** Those that have seen this place. */
  readonly seen: (channel: string, epoch: string | undefined, seq: number) => readonly Peer[];
}

type Said = { readonly v: 1 } & (
  | { readonly kind: "ask" }
  | { readonly kind: "here"; readonly peer: Peer }
  | { readonly kind: "gone"; readonly id: string }
);

/** Longer than a hidden tab is silent. */
const forgetMs = 90_000;
const maxPeers = 50;
const maxPlaces = 100;

const isPeer = (peer: Partial<Peer> | undefined): peer is Peer =>
  typeof peer?.id === "string" && typeof peer.role === "string" && !!peer.places;

export const createPeers = (
  client: ResilientClient,
  { ports, channels, connection }: Inspection,
  changed: () => void,
): Peers => {
  const { clock, dice } = ports;
  const peers = new Map<string, { readonly peer: Peer; readonly heardMs: number }>();
  let me = "";
  let post: ((said: Said) => void) | undefined;
  let told = "";

  /** At most as many as may tell. */
  const mates = (): readonly string[] => {
    const { me, leader = null, followers = [] } = connection.group?.() ?? {};
    return [leader, ...followers].filter((id) => id !== null && id !== me).slice(0, maxPeers) as string[];
  };
  const self = (): Peer => ({
    id: me,
    ...client.tabs.get(),
    state: client.state.get().name,
    places: Object.fromEntries(
      [...channels.values()]
        .slice(0, maxPlaces)
        .flatMap(({ name, cursor }) => (cursor ? [[name, [cursor.epoch, cursor.seq]] as const] : [])),
    ),
  });
  const tell = (again = false): void => {
    if (!post) return;
    const peer = self();
    const text = JSON.stringify(peer);
    if (text === told && !again) return;
    told = text;
    post({ v: 1, kind: "here", peer });
  };
  const hear = (raw: unknown): void => {
    const said = raw as Partial<{ v: unknown; kind: string; peer: Partial<Peer>; id: string }> | null;
    if (said?.v !== 1) return;
    if (said.kind === "ask") return tell(true);
    if (said.kind === "gone" && said.id) peers.delete(said.id);
    if (said.kind === "here" && isPeer(said.peer) && (peers.has(said.peer.id) || peers.size < maxPeers))
      peers.set(said.peer.id, { peer: said.peer, heardMs: clock.nowMs() });
    changed();
  };
  /** Those that tell, and those that the leader knows of. */
  const all = (): readonly Peer[] => {
    for (const [id, { heardMs }] of peers) if (clock.nowMs() - heardMs > forgetMs) peers.delete(id);
    const listed = new Map([...peers].map(([id, { peer }]) => [id, peer]));
    for (const id of mates())
      if (!listed.has(id))
        listed.set(id, { ...client.tabs.get(), id, role: "follower", state: undefined, places: {} });
    const leader = connection.group?.().leader;
    return [...listed.values()].map((peer) => (peer.id === leader ? { ...peer, role: "leader" } : peer));
  };

  return {
    all,
    tell,
    seen: (channel, epoch, seq) =>
      all().filter(({ places }) => {
        const place = places[channel];
        return place !== undefined && place[0] === epoch && place[1] >= seq;
      }),
    start: () => {
      const { tabs } = ports;
      if (!tabs?.bus) return () => undefined;
      me ||= connection.group?.().me ?? dice.uuid();
      try {
        const bus = tabs.bus(`resilient-socket:devtools:${connection.name}`, hear);
        post = bus.post;
        post({ v: 1, kind: "ask" });
        tell(true);
        return () => {
          bus.post({ v: 1, kind: "gone", id: me });
          post = undefined;
          peers.clear();
          bus.close();
        };
      } catch {
        // An opaque frame has no bus: then this tab knows of no other.
        return () => undefined;
      }
    },
  };
};
