import { readFileSync } from "node:fs";
import type { Frame, Page } from "playwright";

/** Comes with the Storybook's own check. */
const axe = readFileSync(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

interface AxeWindow {
  readonly axe: {
    readonly run: (where: object) => Promise<{
      violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
    }>;
  };
}

/** Every rule that is violated within `selector`, a line for each element; frames are asked by themselves. */
export const axeViolations = async (page: Page | Frame, selector: string): Promise<readonly string[]> => {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  const violations = await page.evaluate(
    async (include) =>
      (
        await (window as unknown as AxeWindow).axe.run({
          include: [include],
          exclude: document.querySelector("iframe") ? ["iframe"] : [],
        })
      ).violations,
    selector,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ html, failureSummary }) => `${id} ${html.slice(0, 160)} ${failureSummary?.split("\n")[1] ?? ""}`,
    ),
  );
};
