import { useStage } from "../stage/useStage.ts";

/** Kills the server of the scene, and starts it again. */
export function ServerSwitch() {
  "use no memo"; // the world changes in place
  const { world } = useStage().stage;
  return world.isUp() ? (
    <button onClick={() => world.crashServer()}>Stop the server</button>
  ) : (
    <button onClick={() => world.startServer()}>Start the server</button>
  );
}
