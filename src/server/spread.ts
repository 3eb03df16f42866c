/** The window, in ms, over which a server that takes `acceptPerSecond` reconnects asks its `connections` to come back. */
export const spread = (connections: number, acceptPerSecond: number): number =>
  Math.ceil((Math.max(0, connections) / acceptPerSecond) * 1000);
