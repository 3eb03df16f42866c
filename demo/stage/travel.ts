const stepMs = 420;
const isStill = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** A dot that goes from one element to the next, within `stage`. */
export const travel = (
  stage: HTMLElement,
  stops: readonly (Element | null | undefined)[],
  kind: "up" | "down",
): void => {
  if (isStill() || document.hidden) return;
  const frame = stage.getBoundingClientRect();
  const points = stops.flatMap((stop) => {
    if (!stop) return [];
    const { left, top, width, height } = stop.getBoundingClientRect();
    return [`translate(${left + width / 2 - frame.left}px, ${top + height / 2 - frame.top}px)`];
  });
  if (points.length < 2) return;
  const dot = document.createElement("span");
  dot.className = "stage-dot";
  dot.dataset["kind"] = kind;
  dot.setAttribute("aria-hidden", "true");
  stage.append(dot);
  const duration = stepMs * (points.length - 1);
  dot.animate({ transform: points }, { duration, easing: "ease-in-out" }).finished.then(
    () => dot.remove(),
    () => dot.remove(),
  );
};
