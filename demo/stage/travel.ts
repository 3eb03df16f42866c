/** Of the whole way, in ms. */
const wayMs = 900;
const isStill = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** A dot that goes from point to point within `stage`, at one speed. */
export const travel = (
  stage: HTMLElement,
  points: readonly (readonly [x: number, y: number])[],
  kind: "up" | "down",
): void => {
  const [first] = points;
  if (!first || isStill() || document.hidden) return;
  const lengths = points.map(([x, y], i) => {
    const [fromX, fromY] = points[i - 1] ?? [x, y];
    return Math.hypot(x - fromX, y - fromY);
  });
  const whole = lengths.reduce((sum, length) => sum + length, 0) || 1;
  let gone = 0;
  const keyframes = points.map(([x, y], i) => {
    gone += lengths[i] as number;
    return { transform: `translate(${x}px, ${y}px)`, offset: Math.min(1, gone / whole) };
  });
  const dot = document.createElement("span");
  dot.className = "stage-dot";
  dot.dataset["kind"] = kind;
  dot.setAttribute("aria-hidden", "true");
  stage.append(dot);
  dot.animate(keyframes, { duration: wayMs, easing: "ease-in-out" }).finished.then(
    () => dot.remove(),
    () => dot.remove(),
  );
};
