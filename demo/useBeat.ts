import { useEffect, useEffectEvent } from "react";

const everyMs = 50;

/** Calls `beat` again and again while `on`; default: twenty times a second. */
export function useBeat(on: boolean, beat: () => void, beatMs = everyMs): void {
  const latest = useEffectEvent(beat);
  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => latest(), beatMs);
    return () => clearInterval(timer);
  }, [on, beatMs]);
}
