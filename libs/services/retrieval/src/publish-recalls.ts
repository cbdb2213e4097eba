import { MemoryId, type RecallMade, TOPICS } from '@mneme/events';
import { echoHashesOf, instantOf, partitionOf } from '@mneme/domain';
import type { EventLog, LogAppend } from '@mneme/ports';
import type { Metrics } from '@mneme/platform';
import type { Reader } from './reader.js';
import type { RetrievalConfig } from './retrieval.config.js';

export interface RecalledMemories {
  readonly recallId: string;
  readonly memories: readonly { readonly memoryId: string; readonly text: string }[];
  readonly nowMs: number;
}

interface Waiting extends RecalledMemories {
  readonly reader: Reader;
  readonly notedMs: number;
}

type Limits = Pick<RetrievalConfig, 'eventsWaitingMax' | 'eventsLingerMs' | 'eventsBatchMax' | 'keyCacheMs'>;

/** Hashes of one event; what a context says beyond them is not recognised as an echo. */
const ECHO_HASHES_MAX = 500;
const ATTEMPTS_MAX = 3;

/**
 * Publishes an access event for each recall and context, beside the answers and never before them: recalls wait in a
 * bounded queue, are made events together, and are dropped and counted when the log does not take them. They are made
 * events within `keyCacheMs`, whatever the log does, because until then they hold their subject's key.
 */
export class PublishRecalls {
  private waiting: Waiting[] = [];
  /** Without keys, for the log. */
  private made: LogAppend[] = [];
  private timer: NodeJS.Timeout | undefined;
  private publishing: Promise<void> | undefined;

  constructor(
    private readonly log: EventLog,
    private readonly metrics: Metrics,
    private readonly limits: Limits,
  ) {}

  /** Costs the caller nothing but a place in the queue. A recall that found nothing leaves nothing behind. */
  note(reader: Reader, recalled: RecalledMemories): void {
    if (recalled.memories.length === 0 || reader.access === undefined) return;
    const { eventsWaitingMax, eventsLingerMs, keyCacheMs } = this.limits;
    if (this.waiting.length + this.made.length >= eventsWaitingMax) return this.drop('queue-full', 1);
    this.waiting.push({ ...recalled, reader, notedMs: performance.now() });
    this.timer ??= setTimeout(() => void this.flush(), Math.min(eventsLingerMs, keyCacheMs)).unref();
  }

  /** Resolves when all that waited is in the log, or was dropped. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.makeEvents();
    if (this.publishing === undefined && this.made.length > 0) this.publishing = this.publishAll();
    return this.publishing ?? Promise.resolve();
  }

  /** Called when the service stops, while the log is still there. */
  onModuleDestroy(): Promise<void> {
    return this.flush();
  }

  private makeEvents(): void {
    const fromMs = performance.now() - this.limits.keyCacheMs;
    const recent = this.waiting.filter(({ notedMs }) => notedMs >= fromMs);
    // Only a process that stood still comes too late: it could be of somebody who is erased by now.
    if (recent.length < this.waiting.length) this.drop('late', this.waiting.length - recent.length);
    this.waiting = [];
    for (const one of recent) this.made.push(...appendOf(one, this.log.partitionCount));
  }

  private async publishAll(): Promise<void> {
    while (this.made.length > 0) {
      const batch = this.made.splice(0, this.limits.eventsBatchMax);
      if (await this.append(batch)) this.metrics.increment('mneme_recalls_published_total', {}, batch.length);
      else this.drop('log', batch.length);
    }
    this.publishing = undefined;
  }

  private async append(appends: readonly LogAppend[]): Promise<boolean> {
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      const isDone = await this.log.append(appends).then(
        () => true,
        () => false,
      );
      if (isDone) return true;
    }
    return false;
  }

  private drop(reason: 'queue-full' | 'log' | 'late', count: number): void {
    this.metrics.increment('mneme_recalls_dropped_total', { reason }, count);
  }
}

function appendOf({ reader, recallId, memories, nowMs }: Waiting, partitionCount: number): readonly LogAppend[] {
  const { tenantId, subjectId, access } = reader;
  if (access === undefined) return [];
  const echoHashes = new Set(memories.flatMap(({ text }) => echoHashesOf(text, access.keys.echo)));
  const event: RecallMade = {
    type: 'recall-made',
    v: 1,
    tenantId,
    subjectId,
    epoch: access.epoch,
    recallId,
    memoryIds: [...new Set(memories.flatMap(({ memoryId }) => MemoryId.safeParse(memoryId).data ?? []))],
    madeAt: instantOf(nowMs),
    echoHashes: [...echoHashes].slice(0, ECHO_HASHES_MAX),
  };
  const partition = partitionOf(subjectId, partitionCount);
  return [{ topic: TOPICS.recalls.name, partition, key: recallId, value: JSON.stringify(event), subjectId }];
}
