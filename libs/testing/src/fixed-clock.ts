import type { Clock } from '@mneme/ports';

/** A clock that stands still until it is moved. */
export class FixedClock implements Clock {
  constructor(private epochMs = Date.parse('2026-01-01T00:00:00.000Z')) {}

  nowMs(): number {
    return this.epochMs;
  }

  advance(byMs: number): void {
    this.epochMs += byMs;
  }

  set(epochMs: number): void {
    this.epochMs = epochMs;
  }
}
