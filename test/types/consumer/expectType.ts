type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** `expectType<A>()(value)`: compiles only when the value's type is exactly `A`. */
export const expectType =
  <Expected>() =>
  <Actual>(_value: Actual, ..._same: Same<Expected, Actual> extends true ? [] : [different: never]): void =>
    undefined;
