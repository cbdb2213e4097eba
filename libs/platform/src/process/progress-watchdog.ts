import type { EventLog } from '@mneme/ports';
import type { TopicName } from '@mneme/events';
import type { Logger } from '../logger.js';
import type { Part } from '../lifecycle.js';
import { endProcess } from './end-process.js';

/** How a consumer stands. */
export interface Standing {
  readonly group: string;
  readonly topic: TopicName;
  /** Partitions that it reads. */
  readonly partitions: readonly number[];
  /** Since it last took up a batch, tried one again, or ended one; milliseconds. */
  readonly quietMs: number;
  /** Whether a batch is in hand. */
  readonly isBusy: boolean;
}

export interface WatchdogPorts {
  readonly log: Pick<EventLog, 'endOffsets' | 'committedOffsets'>;
  readonly logger: Pick<Logger, 'error' | 'warn'>;
  readonly standings: () => readonly Standing[];
}

export interface WatchdogLimits {
  readonly everyMs: number;
  /** How long a consumer may be quiet though there is something to do. Longer than any batch takes. */
  readonly quietMsMax: number;
}

export const DEFAULT_WATCHDOG: WatchdogLimits = { everyMs: 15_000, quietMsMax: 300_000 };

/**
 * Ends a process that holds partitions and moves none: a client of the log can keep a partition and hand out nothing, and a
 * handler can hang. One that tries again because a store is away is not quiet.
 */
export class ProgressWatchdog implements Part {
  readonly name = 'progress-watchdog';
  private timer: NodeJS.Timeout | undefined;
  /** Since when a group has had something to do and has not moved. */
  private readonly waitingSinceMs = new Map<string, number>();

  constructor(
    private readonly ports: WatchdogPorts,
    private readonly limits: WatchdogLimits = DEFAULT_WATCHDOG,
    private readonly end: () => void = endProcess,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.look(), this.limits.everyMs).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Never rejects: while the log cannot be asked, nothing can move. */
  async look(): Promise<void> {
    for (const standing of this.ports.standings()) {
      if (!(await this.isStuck(standing))) continue;
      const { group, quietMs, partitions } = standing;
      const fields = { group, quietMs: Math.round(quietMs), partitions: partitions.length };
      this.ports.logger.error('a consumer holds partitions and moves none: the process ends', fields);
      this.stop();
      this.end();
      return;
    }
  }

  private async isStuck(standing: Standing): Promise<boolean> {
    const { group, quietMs, isBusy } = standing;
    const { quietMsMax } = this.limits;
    if (isBusy) return quietMs >= quietMsMax;
    const nowMs = performance.now();
    const sinceMs = this.waitingSinceMs.get(group) ?? nowMs;
    // What came in since the last look has had no time yet; what has moved meanwhile begins anew.
    if (nowMs - quietMs > sinceMs || !(await this.hasWork(standing))) {
      this.waitingSinceMs.delete(group);
      return false;
    }
    this.waitingSinceMs.set(group, sinceMs);
    return nowMs - sinceMs >= quietMsMax;
  }

  private async hasWork({ group, topic, partitions }: Standing): Promise<boolean> {
    try {
      const ends = await this.ports.log.endOffsets(topic);
      const committed = await this.ports.log.committedOffsets(group, topic);
      return partitions.some((partition) => (committed[partition] ?? 0) < (ends[partition] ?? 0));
    } catch (error) {
      this.ports.logger.warn('the progress of a consumer cannot be looked at', { group, error });
      return false;
    }
  }
}
