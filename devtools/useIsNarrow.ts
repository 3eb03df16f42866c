"use client";
import * as React from "react";

/** Whether the element is narrower than this many px; a ref to put on it. */
export function useIsNarrow<E extends HTMLElement>(px: number): readonly [React.RefCallback<E>, boolean] {
  const [element, setElement] = React.useState<E | null>(null);
  const [isNarrow, setNarrow] = React.useState(false);
  React.useEffect(() => {
    if (!element || typeof ResizeObserver === "undefined") return undefined;
    const observer = new ResizeObserver(() => setNarrow(element.clientWidth > 0 && element.clientWidth < px));
    observer.observe(element);
    return () => observer.disconnect();
  }, [element, px]);
  return [setElement, isNarrow];
}
