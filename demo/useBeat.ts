import { useEffect, useEffectEvent } from "react";

const everyMs = 50;

/** Calls `beat` twenty times a second while `on`. */
export function useBeat(on: boolean, beat: () => void): void {
  const latest = useEffectEvent(beat);
  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => latest(), everyMs);
    return () => clearInterval(timer);
  }, [on]);
}
