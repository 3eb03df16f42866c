import { useStage } from "../stage/useStage.ts";

const speeds = [1, 10, 60, 600];

const parts = (ms: number): string => {
  const seconds = Math.floor(ms / 1_000);
  const [h, m, s] = [seconds / 3_600, (seconds / 60) % 60, seconds % 60].map((part) =>
    String(Math.floor(part)).padStart(2, "0"),
  );
  return `${h}:${m}:${s}`;
};

/** The time of the world, and the reader's hand on it. */
export function ClockBar() {
  const { stage, clock } = useStage();
  return (
    <div className="clock-bar" role="group" aria-label="Time of the simulated world">
      <time className="clock" data-running={clock.running}>
        {parts(clock.nowMs)}
      </time>
      <button onClick={() => (clock.running ? stage.pause() : stage.run())}>
        {clock.running ? "Pause" : "Run"}
      </button>
      <button onClick={() => void stage.advance(1_000)}>+1 s</button>
      <button onClick={() => void stage.advance(60_000)}>+1 min</button>
      <label>
        Speed{" "}
        <select value={clock.speed} onChange={({ target }) => stage.run(Number(target.value))}>
          {speeds.map((speed) => (
            <option key={speed} value={speed}>
              {speed}×
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
