/** Commits of all partitions: those that come while one is under way share the next request. */
export class CommitQueue {
  private waiting = new Map<number, number>();
  private next: Promise<void> | undefined;
  private underWay: Promise<void> = Promise.resolve();

  constructor(private readonly send: (offsets: ReadonlyMap<number, number>) => Promise<void>) {}

  /** Resolves when the group has the offset durably. */
  commit(partition: number, nextOffset: number): Promise<void> {
    this.waiting.set(partition, Math.max(nextOffset, this.waiting.get(partition) ?? 0));
    this.next ??= this.follow();
    return this.next;
  }

  private async follow(): Promise<void> {
    await this.underWay;
    const offsets = this.waiting;
    this.waiting = new Map();
    this.next = undefined;
    const sent = this.send(offsets);
    this.underWay = sent.catch(() => undefined);
    await sent;
  }
}
