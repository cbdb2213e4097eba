import { setTimeout as sleep } from 'node:timers/promises';
import { RecallMadeV1, TOPICS } from '@mneme/events';
import type { EventLog, LogRecord } from '@mneme/ports';
import type { Logger, Metrics } from '@mneme/platform';
import type { RecentRecalls } from './recent-recalls.js';

export interface HearRecallsPorts {
  readonly log: Pick<EventLog, 'endOffsets' | 'read'>;
  readonly recent: RecentRecalls;
  readonly metrics: Pick<Metrics, 'increment'>;
  readonly logger: Pick<Logger, 'warn'>;
}

export interface HearRecallsLimits {
  readonly pageRecords: number;
  /** Records of a partition that are read again at a start. */
  readonly readAgainMax: number;
  readonly lookEveryMs: number;
}

const LIMITS: HearRecallsLimits = { pageRecords: 500, readAgainMax: 5_000, lookEveryMs: 200 };
const TOPIC = TOPICS.recalls.name;

/**
 * Keeps the table of recent recalls. Each process that filters hears all of them: a group would share them out among the
 * processes, and not as it shares out the turns. Nothing is written or committed, and no fence is asked: hashes under a key
 * that is gone match nothing.
 */
export class HearRecalls {
  private readonly offsets = new Map<number, number>();
  private readonly stopping = new AbortController();
  private hearing: Promise<void> = Promise.resolve();

  constructor(
    private readonly ports: HearRecallsPorts,
    private readonly limits: HearRecallsLimits = LIMITS,
  ) {}

  /** Resolves when the last recalls before this start are in the table: turns that echo those may still come. */
  async start(): Promise<void> {
    for (const [partition, end] of (await this.ports.log.endOffsets(TOPIC)).entries()) {
      this.offsets.set(partition, Math.max(0, end - this.limits.readAgainMax));
    }
    await this.readOn();
    this.hearing = this.listen();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.hearing;
  }

  private async listen(): Promise<void> {
    const { signal } = this.stopping;
    let isAway = false;
    for (;;) {
      await sleep(this.limits.lookEveryMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        await this.readOn();
        isAway = false;
      } catch (error) {
        if (!isAway) this.ports.logger.warn('recalls are not heard for the moment', { error });
        isAway = true;
      }
    }
  }

  private async readOn(): Promise<void> {
    for (const [partition, end] of (await this.ports.log.endOffsets(TOPIC)).entries()) {
      let offset = this.offsets.get(partition) ?? 0;
      while (offset < end && !this.stopping.signal.aborted) {
        const records = await this.ports.log.read({ topic: TOPIC, partition, offset }, this.limits.pageRecords);
        for (const record of records) this.note(record);
        // What is gone by its age leaves a gap up to the end.
        offset = (records.at(-1)?.offset ?? end - 1) + 1;
        this.offsets.set(partition, offset);
      }
    }
  }

  /** A record that cannot be read is for the group that counts accesses to name. */
  private note(record: LogRecord): void {
    const parsed = RecallMadeV1.safeParse(jsonOf(record));
    if (!parsed.success) return;
    this.ports.recent.note(parsed.data);
    this.ports.metrics.increment('mneme_recalls_heard_total');
  }
}

function jsonOf({ value }: LogRecord): unknown {
  try {
    return JSON.parse(value ?? 'null') as unknown;
  } catch {
    return undefined;
  }
}
