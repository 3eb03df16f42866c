import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { Browser, ConsoleMessage, Page } from "playwright";

const answers = async (port: number): Promise<boolean> => {
  const socket = connect(port, "localhost");
  const answered = await Promise.race([
    once(socket, "connect").then(() => true),
    once(socket, "close").then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return answered;
};

const untilAnswered = async (port: number): Promise<void> => {
  while (!(await answers(port))) await wait(50);
};

/** A script for Node that listens on a port; it can be killed and started again. */
export const createProgram = (
  script: string,
  place: { readonly cwd: string; readonly port: number; readonly args?: readonly string[] },
) => {
  let running: ChildProcess | undefined;
  return {
    start: async (): Promise<void> => {
      if (await answers(place.port)) throw new Error(`port ${place.port} is taken`);
      running = spawn(process.execPath, [script, ...(place.args ?? [])], {
        cwd: place.cwd,
        stdio: ["ignore", "ignore", "inherit"],
      });
      const ended = once(running, "exit").then(() => Promise.reject(new Error(`${script} ended`)));
      ended.catch(() => undefined);
      await Promise.race([untilAnswered(place.port), ended]);
    },
    /** kill -9 */
    kill: async (): Promise<void> => {
      if (!running || running.exitCode !== null || running.signalCode !== null) return;
      running.kill("SIGKILL");
      await once(running, "exit");
    },
  };
};

export type Program = ReturnType<typeof createProgram>;

/** What the console of a page said in earnest; what the browser itself writes of a refused connection is nobody's fault. */
const listenTo = (page: Page) => {
  const complaints: string[] = [];
  let refusals = 0;
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message: ConsoleMessage) => {
    if (!["error", "warning"].includes(message.type())) return;
    if (/^WebSocket connection to '\S+' failed: /.test(message.text())) refusals += 1;
    else complaints.push(message.text());
  });
  return { complaints, refusals: () => refusals };
};

/** One person in the README's room. */
const enter = async (browser: Browser, url: string) => {
  const page = await (await browser.newContext()).newPage();
  const heard = listenTo(page);
  await page.goto(url);
  const status = page.locator("main > p");
  const line = page.locator("main li");
  return {
    ...heard,
    shows: async (text: string | RegExp) => void (await status.filter({ hasText: text }).waitFor()),
    sayHello: () => page.getByRole("button", { name: "Say hello" }).click(),
    hears: async (lines: number) => void (await line.nth(lines - 1).waitFor()),
    lines: () => line.allTextContents(),
  };
};

export interface Chat {
  /** What each of the two saw, in order. */
  readonly lines: readonly (readonly string[])[];
  /** Errors and warnings on the console of the pages. */
  readonly complaints: readonly string[];
  /** How often the browser wrote that a connection was refused. */
  readonly refusals: number;
}

/** Two people chat in the README's app while its server is killed and started again. */
export const chatThroughRestart = async (browser: Browser, url: string, server: Program): Promise<Chat> => {
  const people = [await enter(browser, url), await enter(browser, url)] as const;
  const [ada, bob] = people;
  for (const person of people) await person.shows("live");
  await ada.sayHello();
  for (const person of people) await person.hears(1);

  await server.kill();
  await ada.shows("reconnecting, 0 waiting");
  for (const person of [ada, bob, ada]) await person.sayHello();
  await ada.shows("2 waiting");
  await bob.shows("1 waiting");
  await server.start();

  // The server of the README says a word of its own at each start.
  for (const person of people) {
    await person.shows("live");
    await person.hears(5);
  }
  return {
    lines: await Promise.all(people.map(({ lines }) => lines())),
    complaints: people.flatMap(({ complaints }) => complaints),
    refusals: people.reduce((sum, { refusals }) => sum + refusals(), 0),
  };
};
/** What is wrong with a chat; nothing, if it survived. */
export const faultsOf = ({ lines, complaints }: Chat): readonly string[] => {
  const [ada = [], bob = []] = lines;
  const hellos = ada.filter((line) => line === "hello").length;
  return [
    ...(hellos === 4 ? [] : [`${hellos} of 4 hellos arrived`]),
    ...(ada.includes("the server speaks too") ? [] : ["the server was not heard"]),
    ...(ada.length === 5 ? [] : [`${ada.length} lines instead of 5`]),
    ...(ada.join("\n") === bob.join("\n") ? [] : ["two people saw different rooms"]),
    ...complaints.map((text) => `on the console: ${text}`),
  ];
};
