"use client";
import * as React from "react";

/** Whether the element is narrower than this many px; a ref to put on it. */
export function useIsNarrow<E extends HTMLElement>(px: number): readonly [React.RefCallback<E>, boolean] {
  const [isNarrow, setNarrow] = React.useState(false);
  const ref = React.useCallback(
    (element: E | null) => {
      if (!element) return undefined;
      const look = (): void => setNarrow(element.clientWidth > 0 && element.clientWidth < px);
      look();
      if (typeof ResizeObserver === "undefined") return undefined;
      const observer = new ResizeObserver(look);
      observer.observe(element);
      return () => observer.disconnect();
    },
    [px],
  );
  return [ref, isNarrow];
}
