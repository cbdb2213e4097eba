import type { Clock } from '@mneme/ports';

/**
 * Assigns `recordedAt`: microseconds, strictly increasing in this process. It follows the clock and is ahead of it only
 * by what the clock was set back, until the clock has caught up.
 */
export class RecordedClock {
  private last = 0;

  constructor(private readonly clock: Clock) {}

  /** Never assigns `recordedAt` or anything below it again. */
  raiseTo(recordedAt: number): void {
    this.last = Math.max(this.last, recordedAt);
  }

  next(): number {
    this.last = Math.max(this.last + 1, this.clock.nowMs() * 1_000);
    return this.last;
  }

  /** How far the last one is ahead of the clock; 0 when it is not. */
  aheadMs(): number {
    return Math.max(0, Math.floor(this.last / 1_000) - this.clock.nowMs());
  }
}
