import type { Meta, StoryObj } from "@storybook/react-vite";
import { useEffect, type ReactNode } from "react";
import type { WorldOptions } from "resilient-socket/testing";
import { expect } from "storybook/test";
import { ClockBar } from "../ui/ClockBar.tsx";
import { argTypes, defaults, type Controls } from "./controls.ts";
import { createStage, type Stage, type StageClock } from "./createStage.ts";
import { StageContext, useStage } from "./useStage.ts";

type PlayContext = Parameters<NonNullable<StoryObj["play"]>>[0];
type Canvas = PlayContext["canvas"];

interface Scene<Cast> {
  /** One or two sentences: what happens, and what to look at. */
  readonly says: ReactNode;
  readonly world?: WorldOptions;
  readonly args?: Partial<Controls>;
  /** Virtual ms per real ms where nobody plays it. Default 1. */
  readonly speed?: number;
  /** Which controls do something here. Default: all. */
  readonly controls?: readonly (keyof Controls)[];
  /** Who takes part; made anew for every showing. */
  readonly cast: (stage: Stage) => Cast;
  /** Drawn whenever the world moved. */
  readonly view: (cast: Cast & { readonly stage: Stage; readonly clock: StageClock }) => ReactNode;
  readonly play?: (
    playing: Cast & { readonly stage: Stage; readonly canvas: Canvas } & Pick<
        PlayContext,
        "step" | "userEvent"
      >,
  ) => Promise<void>;
}

interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

interface Showing {
  readonly stage: Stage;
  readonly cast: object;
  readonly mounted: Deferred;
}

const deferred = (): Deferred => {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
};

/** A showing lives as long as the story is mounted; turning a control renders again and keeps it. */
const showings = new WeakMap<AbortSignal, Showing>();

const show = <Cast extends object>(scene: Scene<Cast>, controls: Controls): Showing => {
  const stage = createStage(controls, scene.world);
  return { stage, cast: scene.cast(stage), mounted: deferred() };
};

/** A story in a simulated world: it runs by itself, unless a play function moves it. */
export const scene = <Cast extends object>(script: Scene<Cast>): StoryObj<Controls> => {
  const { play, view, says, speed = 1, controls } = script;
  const showingOf = ({ loaded }: { readonly loaded: Record<string, unknown> }) =>
    loaded["showing"] as Showing;
  return {
    args: { ...defaults, ...script.args },
    argTypes,
    parameters: { controls: { include: controls ?? Object.keys(defaults) } },
    loaders: [
      async ({ args, abortSignal }) => {
        const showing = showings.get(abortSignal) ?? show(script, args);
        showings.set(abortSignal, showing);
        showing.stage.tune(args);
        return { showing };
      },
    ],
    beforeEach: (context) => () => showingOf(context).stage.pause(),
    render: (_, context) => {
      const { stage, cast, mounted } = showingOf(context);
      const isPlayed = play !== undefined && context.viewMode === "story";
      return (
        <StageContext value={stage}>
          <Frame says={says} onMount={mounted.resolve} runAt={isPlayed ? undefined : speed} stage={stage}>
            <View draw={(clock) => view({ ...(cast as Cast), stage, clock })} />
          </Frame>
        </StageContext>
      );
    },
    ...(play && {
      play: async (context) => {
        const { stage, cast, mounted } = showingOf(context);
        // A story plays before React's effects ran: nothing is dialled yet.
        await mounted.promise;
        const { canvas, step, userEvent } = context;
        await play({ ...(cast as Cast), stage, canvas, step, userEvent });
      },
    }),
  };
};

/** The part of a meta that all scenes share. */
export const sceneMeta = { parameters: { layout: "padded" } } satisfies Partial<Meta<Controls>>;

interface FrameProps {
  readonly says: ReactNode;
  readonly stage: Stage;
  /** Undefined: a play function moves it. */
  readonly runAt: number | undefined;
  readonly onMount: () => void;
  readonly children: ReactNode;
}

function Frame({ says, stage, runAt, onMount, children }: FrameProps) {
  useEffect(() => {
    if (runAt !== undefined) stage.run(runAt);
    onMount();
    return stage.pause;
  }, [stage, runAt, onMount]);
  return (
    <article className="scene">
      <p className="says">{says}</p>
      <ClockBar />
      {children}
    </article>
  );
}

/** The world changes under what it is drawn from, so nothing of it is remembered between two instants. */
function View({ draw }: { readonly draw: (clock: StageClock) => ReactNode }) {
  return draw(useStage().clock);
}

/** Waits for a text to be seen. */
export const sees = async (canvas: Canvas, text: string | RegExp): Promise<void> => {
  await expect(await canvas.findByText(text)).toBeVisible();
};
