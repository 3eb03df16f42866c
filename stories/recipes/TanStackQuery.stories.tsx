import type { Meta } from "@storybook/react-vite";
import {
  experimental_streamedQuery as streamedQuery,
  QueryClient,
  QueryClientProvider,
  queryOptions,
  useMutation,
  useQuery,
} from "@tanstack/react-query";
import { useResilientClient } from "resilient-socket";
import type { Message, ResilientClient } from "resilient-socket/core";
import { expect, waitFor } from "storybook/test";
import { connected, settled } from "../stage/conditions.ts";
import type { Controls } from "../stage/controls.ts";
import { channel, lines } from "../stage/count.ts";
import { scene, sceneMeta, sees } from "../stage/scene.tsx";
import { Card } from "../ui/Card.tsx";
import { Lines } from "../ui/Lines.tsx";
import { ServerSwitch } from "../ui/ServerSwitch.tsx";

const meta: Meta<Controls> = { title: "Recipes/TanStack Query", ...sceneMeta };
export default meta;

/** A channel as a query: its last twenty messages and all that come, through every break. */
const roomQuery = (client: ResilientClient, name: string) =>
  queryOptions({
    queryKey: ["channel", name],
    queryFn: streamedQuery<Message>({
      streamFn: ({ signal }) => client.messages(name, { since: { last: 20 }, signal }),
    }),
    // It is live: there is nothing to fetch again.
    staleTime: Infinity,
    // The connection knows better than the browser whether it is online.
    networkMode: "always",
  });

/** A message as a mutation: pending until the server has stored it. */
const useSay = (client: ResilientClient, name: string) =>
  useMutation({
    mutationFn: (text: string) => client.send(text, { channel: name }).orThrow(),
    networkMode: "always",
  });

function Room() {
  const client = useResilientClient();
  const { data = [], status } = useQuery(roomQuery(client, channel));
  const say = useSay(client, channel);
  return (
    <>
      <p className="muted">
        query {status}, mutation {say.status}
      </p>
      <Lines messages={data} />
      <div className="actions">
        <button onClick={() => say.mutate("hello")}>Say hello</button>
      </div>
    </>
  );
}

export const StreamedQuery = scene({
  says:
    "client.messages() is an async iterable, which is what streamedQuery takes: the cache holds the channel, components read it as any query. " +
    "A mutation waits in the outbox, not in the browser's idea of being online.",
  cast: (stage) => {
    for (const line of lines(3)) void stage.world.server().publish(channel, line);
    return { tab: stage.openTab(), queries: new QueryClient() };
  },
  view: ({ tab, queries }) => (
    <QueryClientProvider client={queries}>
      <Card client={tab} actions={<ServerSwitch />}>
        <Room />
      </Card>
    </QueryClientProvider>
  ),
  play: async ({ tab, queries, stage, canvas, step, userEvent }) => {
    const cached = (): readonly unknown[] =>
      (queries.getQueryData<Message[]>(["channel", channel]) ?? []).map(({ data }) => data);
    await step("the past, then the present", async () => {
      await stage.until(connected(tab));
      await stage.advance(500);
      await stage.world.server().publish(channel, "line 4");
      await stage.advance(500);
      await waitFor(() => expect(cached()).toEqual(lines(4)));
      await sees(canvas, /line 4/);
    });
    await step("a mutation through an outage", async () => {
      stage.world.crashServer();
      await stage.advance(1_000);
      await userEvent.click(await canvas.findByRole("button", { name: "Say hello" }));
      await sees(canvas, /mutation pending/);
      await expect(tab.outbox.state.get().depth).toBe(1);
      stage.world.startServer();
      await stage.until(settled(tab));
      await stage.advance(1_000);
      await sees(canvas, /mutation success/);
      await waitFor(() => expect(cached()).toEqual([...lines(4), "hello"]));
    });
  },
});
