/** Calls that meet a running one of the same key share its answer. */
export function singleFlight<T>(task: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const flights = new Map<string, Promise<T>>();
  return (key) => {
    let flight = flights.get(key);
    if (!flight) {
      flight = task(key).finally(() => flights.delete(key));
      flights.set(key, flight);
    }
    return flight;
  };
}
