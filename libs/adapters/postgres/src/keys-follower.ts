export interface Followed {
  /** Partitions of which something is left to note. */
  behind(): Promise<readonly number[]>;
  catchUp(partition: number): Promise<void>;
}

/**
 * Keeps the table of keys near the log's end, so that no call has a long way to it. What fails is tried again in the next
 * round, and told to whoever calls.
 */
export class KeysFollower {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();
  private isStopped = false;

  /** @param intervalMs between two rounds, at most. */
  constructor(
    private readonly followed: Followed,
    private readonly intervalMs: number,
  ) {
    this.schedule();
  }

  /** Begins no other partition, and resolves when the one in hand is done. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.round;
  }

  private schedule(): void {
    if (this.isStopped) return;
    // Not all processes at once: who comes later finds most of it done.
    const delayMs = this.intervalMs * (0.5 + Math.random() / 2);
    this.timer = setTimeout(() => {
      this.round = this.follow()
        .catch(() => undefined)
        .finally(() => this.schedule());
    }, delayMs).unref();
  }

  private async follow(): Promise<void> {
    for (const partition of await this.followed.behind()) {
      if (this.isStopped) return;
      await this.followed.catchUp(partition);
    }
  }
}
