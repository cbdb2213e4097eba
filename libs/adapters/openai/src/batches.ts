/** A batch ends before the item that would pass a limit; an item that is over `weightMax` alone is a batch alone. */
export interface BatchLimits {
  readonly itemsMax: number;
  readonly weightMax: number;
}

/** Cuts a list into batches, in order. */
export function batchesOf<T>(items: readonly T[], weightOf: (item: T) => number, limits: BatchLimits): readonly T[][] {
  const batches: T[][] = [];
  let current: T[] = [];
  let weight = 0;
  for (const item of items) {
    const added = weightOf(item);
    if (current.length > 0 && (current.length >= limits.itemsMax || weight + added > limits.weightMax)) {
      batches.push(current);
      current = [];
      weight = 0;
    }
    current.push(item);
    weight += added;
  }
  return current.length === 0 ? batches : [...batches, current];
}
