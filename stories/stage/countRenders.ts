export interface RenderCount {
  /** For an effect without dependencies in a memoised component. */
  readonly rendered: () => void;
  readonly total: () => number;
}

export const countRenders = (): RenderCount => {
  let total = 0;
  return { rendered: () => void total++, total: () => total };
};
