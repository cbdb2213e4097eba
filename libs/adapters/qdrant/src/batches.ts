export interface BatchLimits<T> {
  readonly itemsMax: number;
  /** An item that is over `weightMax` by itself goes alone. */
  readonly weightMax?: number;
  readonly weightOf?: (item: T) => number;
}

/** Cuts a list into batches, in order. */
export function batchesOf<T>(
  items: readonly T[],
  { itemsMax, weightMax = Infinity, weightOf = () => 0 }: BatchLimits<T>,
): readonly (readonly T[])[] {
  const batches: T[][] = [];
  let weight = 0;
  for (const item of items) {
    const last = batches.at(-1);
    weight += weightOf(item);
    if (last !== undefined && last.length < itemsMax && weight <= weightMax) {
      last.push(item);
      continue;
    }
    batches.push([item]);
    weight = weightOf(item);
  }
  return batches;
}
