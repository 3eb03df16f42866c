/** Unix ms with fractions, of the one clock that all records of a test are told by. */
export const nowMs = (): number => performance.timeOrigin + performance.now();
