export interface FetchOutcome {
  readonly partition: number;
  /** What was asked for, what comes next after the answer, and where the partition ends. */
  readonly fromOffset: number;
  readonly nextOffset: number;
  readonly endOffset: number;
}

/** Notices partitions that hold records and give none, however often they are asked. */
export class StallWatch {
  private readonly sinceMs = new Map<number, number>();

  constructor(private readonly stalledAfterMs: number) {}

  /** Whether the partition has given nothing for the whole time, though it had something to give. */
  isStalled({ partition, fromOffset, nextOffset, endOffset }: FetchOutcome, nowMs: number): boolean {
    if (nextOffset > fromOffset || endOffset <= fromOffset) {
      this.sinceMs.delete(partition);
      return false;
    }
    const sinceMs = this.sinceMs.get(partition) ?? nowMs;
    this.sinceMs.set(partition, sinceMs);
    return nowMs - sinceMs >= this.stalledAfterMs;
  }
}
