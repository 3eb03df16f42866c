import type { Meta } from "@storybook/react-vite";
import type { Message, ResilientClient, StateName } from "resilient-socket/core";
import { expect } from "storybook/test";
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import { settled } from "../stage/conditions.ts";
import type { Controls } from "../stage/controls.ts";
import { channel } from "../stage/count.ts";
import { scene, sceneMeta, sees } from "../stage/scene.tsx";
import { Card } from "../ui/Card.tsx";

const meta: Meta<Controls> = { title: "Recipes/Zustand", ...sceneMeta };
export default meta;

interface Board {
  readonly connection: StateName;
  readonly votes: Readonly<Record<string, number>>;
  readonly vote: (option: string) => void;
}

/** The board outside of React; the client feeds it for as long as the app lives. */
const createBoard = (client: ResilientClient) => {
  const board = createStore<Board>()(() => ({
    connection: client.state.get().name,
    votes: {},
    vote: (option) => void client.send(option, { channel }),
  }));
  const count = ({ data }: Message): void =>
    board.setState(({ votes }) => ({ votes: { ...votes, [String(data)]: (votes[String(data)] ?? 0) + 1 } }));
  client.subscribe(channel, count, { since: { last: 1_000 } });
  client.state.subscribe(() => board.setState({ connection: client.state.get().name }));
  return board;
};

const options = ["tea", "coffee"];

function BoardView({ board }: { readonly board: ReturnType<typeof createBoard> }) {
  const votes = useStore(board, (state) => state.votes);
  const vote = useStore(board, (state) => state.vote);
  return (
    <ul className="entries" aria-label="Votes">
      {options.map((option) => (
        <li key={option}>
          {option} <strong>{votes[option] ?? 0}</strong>
          <button onClick={() => vote(option)}>Vote for {option}</button>
        </li>
      ))}
    </ul>
  );
}

export const OutsideOfReact = scene({
  says:
    "A store outside of React: the client counts votes into it. Two pages vote, one while it is away; both boards end up with the same " +
    "numbers, since both count one log.",
  cast: (stage) => ({
    pages: ["Ada", "Bob"].map((name) => {
      const tab = stage.openTab();
      return { name, tab, board: createBoard(tab) };
    }),
  }),
  view: ({ pages, stage: { world } }) => (
    <>
      <div className="actions">
        <button onClick={() => pages[1]?.tab.sockets().at(-1)?.stall()}>Stall Bob's line</button>
        <button onClick={() => world.network.resume()}>Let it go on</button>
      </div>
      <div className="cards">
        {pages.map(({ name, tab, board }) => (
          <Card key={name} client={tab} title={name}>
            <BoardView board={board} />
          </Card>
        ))}
      </div>
    </>
  ),
  play: async ({ pages, stage, canvas, userEvent }) => {
    const votes = () => pages.map(({ board }) => board.getState().votes);
    await stage.until(() => pages.every(({ board }) => board.getState().connection === "connected"));
    const [adasTea, bobsTea] = await canvas.findAllByRole("button", { name: "Vote for tea" });
    const [, bobsCoffee] = await canvas.findAllByRole("button", { name: "Vote for coffee" });
    pages[1]!.tab.sockets().at(-1)!.stall();
    await userEvent.click(adasTea!);
    await userEvent.click(bobsTea!);
    await userEvent.click(bobsCoffee!);
    await stage.advance(1_000);
    await expect(votes()).toEqual([{ tea: 1 }, {}]);
    await expect(pages[1]!.tab.outbox.state.get().depth).toBe(2);
    stage.world.network.resume();
    await stage.until(settled(pages[1]!.tab));
    await stage.advance(1_000);
    await expect(votes()).toEqual([
      { tea: 2, coffee: 1 },
      { tea: 2, coffee: 1 },
    ]);
    await sees(canvas, "Ada");
  },
});
