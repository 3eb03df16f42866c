"use client";
import * as React from "react";

interface Holders {
  readonly onPointerEnter: () => void;
  readonly onPointerLeave: () => void;
  readonly onFocus: () => void;
  readonly onBlur: () => void;
}

/**
 * The value as it was when somebody began to point at it, or to step through it by keyboard: what moves under the pointer cannot be
 * pressed. The third says whether it is held.
 */
export function useHeld<T>(value: T): readonly [T, Holders, boolean] {
  const [held, setHeld] = React.useState<{ readonly value: T; readonly by: "pointer" | "focus" } | null>(
    null,
  );
  const hold = (by: "pointer" | "focus") => () => setHeld((now) => now ?? { value, by });
  const release = (by: "pointer" | "focus") => () => setHeld((now) => (now?.by === by ? null : now));
  return [
    held ? held.value : value,
    {
      onPointerEnter: hold("pointer"),
      onPointerLeave: release("pointer"),
      onFocus: hold("focus"),
      onBlur: release("focus"),
    },
    held !== null,
  ];
}
