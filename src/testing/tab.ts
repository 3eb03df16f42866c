import type { ResilientClientOptions } from "../client/options.ts";
import { type Boot, type BootOptions, createBoot } from "./boot.ts";
import type { PageWorld } from "./loadPage.ts";
import type { SeededDice } from "./seededDice.ts";

/** The options of the client in a simulated tab. */
export interface TabOptions extends Omit<BootOptions, "url"> {
  /** Default `ws://localhost/ws`. */
  readonly url?: ResilientClientOptions["url"] | undefined;
  /** The app's own script: runs at every boot of the tab, the first included. */
  readonly app?: ((boot: Boot) => void) | undefined;
}

/** A function is asked at every boot, with its number from 1: another version of the app may come with a reload. */
export type TabOptionsOf = TabOptions | ((boot: number) => TabOptions);

/**
 * A tab of a browser. As a client it is the client of the page it shows, or showed last: after a reload `tab.send` speaks to the new
 * one. What the app had asked of the old one died with the page.
 */
export interface Tab extends Omit<Boot, "end"> {
  /** Its name; also the owner of the sockets of its first boot. */
  readonly id: string;
  /** Every load of the app so far, the latest last. */
  readonly boots: readonly Boot[];
  /** The one whose client this is now. */
  readonly boot: Boot;
  readonly hide: () => void;
  readonly show: () => void;
  /** `pagehide`, then it is gone. A page that does not run is gone without a word. */
  readonly close: () => void;
  /** Gone without a word: crashed, killed, out of memory. */
  readonly crash: () => void;
  /** `pagehide`, and a new boot with the same options and session storage. Also after `crash` and `close`: the tab is reopened. */
  readonly reload: () => Boot;
  /**
   * `pagehide`, then the page is kept in the back/forward cache, for ten minutes at most. `within` the app: another page of it boots.
   * A page that does not run is gone.
   */
  readonly navigate: (to?: "away" | "within") => void;
  /** The page before, from the cache and told by `pageshow`, or booted again when it was evicted. */
  readonly back: () => void;
  /** The browser throws the cached page away. */
  readonly evict: () => void;
  /** `freeze`, then nothing runs but handlers of a BroadcastChannel. Without a word: `page.freeze()`. */
  readonly freeze: () => void;
  /** Back from `freeze`, told by `resume`. */
  readonly resume: () => void;
  /** Its thread is stuck, and nobody was told. */
  readonly hang: () => void;
  readonly unhang: () => void;
}

/** How long a browser keeps a page that nobody goes back to, in ms. */
const cacheForMs = 600_000;

/** How long the browser takes to release what a page held, in ms, as measured (median and longest). */
const releaseMs = {
  closed: (dice: SeededDice) => 40 + 460 * dice.roll() ** 3.5,
  crashed: (dice: SeededDice) => 74 + 962 * dice.roll() ** 2.4,
  left: (dice: SeededDice) => 30 + 36 * dice.roll(),
};

/** Every member of the boot that is the tab's now. */
const delegate = (sample: Boot, latest: () => Boot): Boot =>
  Object.defineProperties(
    {} as Boot,
    Object.fromEntries(
      (Object.keys(sample) as (keyof Boot)[]).map((key) => [
        key,
        { get: () => latest()[key], enumerable: true, configurable: true },
      ]),
    ),
  );

export const createTab = (id: string, world: PageWorld, optionsOf: TabOptionsOf): Tab => {
  const dice = world.dice.fork(`${id} as a tab`);
  const boots: Boot[] = [];
  /** Cached pages behind the one that is shown, the one to go back to last. */
  const past: { readonly boot: Boot; readonly keep: () => void }[] = [];
  /** Undefined: the tab is closed, or shows a page that is not of the app. */
  let shown: Boot | undefined;

  const boot = (): Boot => {
    const number = boots.length + 1;
    const { app, ...options } = typeof optionsOf === "function" ? optionsOf(number) : optionsOf;
    const next = createBoot(number === 1 ? id : `${id} boot ${number}`, world, {
      ...options,
      url: options.url ?? "ws://localhost/ws",
    });
    boots.push(next);
    shown = next;
    app?.(next);
    return next;
  };

  const end = (one: Boot | undefined, cause: keyof typeof releaseMs): void => {
    if (one && one.page.life() !== "gone") one.end(releaseMs[cause](dice));
  };
  /** What its `pagehide` handlers began still runs, up to the next task. */
  const unload = (one: Boot | undefined, cause: keyof typeof releaseMs): void => {
    one?.page.suspend();
    world.clock.after(0, () => end(one, cause));
  };
  const cache = (one: Boot): void => {
    // A page that does not run cannot be cached in order.
    if (one.page.life() !== "active") end(one, "left");
    one.page.suspend("cached");
    past.push({ boot: one, keep: world.clock.after(cacheForMs, () => evict(one)) });
  };
  const evict = (one: Boot | undefined): void => {
    if (one?.page.life() === "cached") end(one, "left");
  };
  /** Cached pages go with their tab. */
  const forget = (cause: "closed" | "crashed"): void => {
    for (const { boot: one, keep } of past.splice(0)) {
      keep();
      end(one, cause);
    }
    shown = undefined;
  };
  const latest = (): Boot => shown ?? boots.at(-1)!;

  const own = {
    id,
    boots,
    get boot() {
      return latest();
    },
    hide: () => latest().page.hide(),
    show: () => latest().page.show(),
    close: () => {
      unload(shown, "closed");
      forget("closed");
    },
    crash: () => {
      end(shown, "crashed");
      forget("crashed");
    },
    reload: () => {
      unload(shown, "left");
      return boot();
    },
    navigate: (to: "away" | "within" = "away") => {
      if (!shown) return;
      cache(shown);
      shown = undefined;
      if (to === "within") boot();
    },
    back: () => {
      const kept = past.pop();
      if (!kept) return;
      unload(shown, "left");
      kept.keep();
      if (kept.boot.page.life() !== "cached") return void boot();
      shown = kept.boot;
      shown.page.restore();
    },
    evict: () => evict(past.at(-1)?.boot),
    freeze: () => latest().page.suspend(),
    resume: () => {
      const { page } = latest();
      if (page.life() === "frozen") page.restore();
    },
    hang: () => latest().page.hang(),
    unhang: () => latest().page.unhang(),
  } satisfies Partial<Tab>;

  return Object.defineProperties(
    delegate(boot(), latest),
    Object.getOwnPropertyDescriptors(own),
  ) as unknown as Tab;
};
