/** Calls that meet a running one of the same key share its answer. The key is the first argument unless `keyOf` says otherwise. */
export function singleFlight<A extends readonly unknown[], T>(
  task: (...args: A) => Promise<T>,
  keyOf: (...args: A) => unknown = (...args) => args[0],
): (...args: A) => Promise<T> {
  const flights = new Map<unknown, Promise<T>>();
  return (...args) => {
    const key = keyOf(...args);
    let flight = flights.get(key);
    if (!flight) {
      flight = task(...args).finally(() => flights.delete(key));
      flights.set(key, flight);
    }
    return flight;
  };
}
