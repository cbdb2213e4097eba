import type { AcceptedTurns, Clock, EventLog } from '@mneme/ports';
import { lastRecordedAt } from './last-recorded.js';
import type { Logger } from './logger.js';
import { RecordedClock } from './recorded-clock.js';

export interface TurnOrderPorts {
  readonly acceptedTurns: AcceptedTurns;
  readonly log: EventLog;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How far the log may be ahead of the clock before somebody should look. */
const AHEAD_MS_MAX = 300_000;

/**
 * The one order in which this process writes to `turns`: one write at a time, under instants that rise from write to
 * write and are above all that the log has. Whatever comes in there (turns, commands) goes through it, so that what a
 * partition holds rises by `recordedAt`.
 */
export class TurnOrder {
  /** To be asked within `write` alone. */
  readonly recordedClock: RecordedClock;
  private started: Promise<void> | undefined;
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly ports: TurnOrderPorts) {
    this.recordedClock = new RecordedClock(ports.clock);
  }

  /** Learns which instants were given out before; the first write waits for it. Tried again when it fails. */
  start(): Promise<void> {
    this.started ??= this.learnInstants().catch((error: unknown) => {
      this.started = undefined;
      throw error;
    });
    return this.started;
  }

  /** Runs a write when all before it are done. Nothing bounds how many wait: callers bound their own. */
  write<T>(step: () => Promise<T>): Promise<T> {
    const written = this.last.then(async () => {
      await this.start();
      return step();
    });
    this.last = written.catch(() => undefined);
    return written;
  }

  private async learnInstants(): Promise<void> {
    const { acceptedTurns, log, logger } = this.ports;
    this.recordedClock.raiseTo(await lastRecordedAt(acceptedTurns, log));
    const aheadMs = this.recordedClock.aheadMs();
    if (aheadMs > AHEAD_MS_MAX) logger.warn('the log is ahead of the clock: was the clock set back?', { aheadMs });
  }
}
