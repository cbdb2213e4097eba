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

type Limits = Pick<RetrievalConfig, 'eventsWaitingMax' | 'eventsLingerMs' | 'eventsBatchMax'>;

/** Hashes of one event; what a context says beyond them is not recognised as an echo. */
const ECHO_HASHES_MAX = 500;
const ATTEMPTS_MAX = 3;
/** As long as a key may be in a process: an event that waited for longer could be of somebody who is erased by now. */
const WAITING_MS_MAX = 5_000;

/**
 * Publishes an access event for each recall and context, beside the answers and never before them: events wait in a
 * bounded queue, are made and written together, and are dropped and counted when the log does not take them.
 */
export class PublishRecalls {
  private waiting: Waiting[] = [];
  private timer: NodeJS.Timeout | undefined;
  private flushing: Promise<void> = Promise.resolve();

  constructor(
    private readonly log: EventLog,
    private readonly metrics: Metrics,
    private readonly limits: Limits,
  ) {}

  /** Costs the caller nothing but a place in the queue. A recall that found nothing leaves nothing behind. */
  note(reader: Reader, recalled: RecalledMemories): void {
    if (recalled.memories.length === 0 || reader.access === undefined) return;
    if (this.waiting.length >= this.limits.eventsWaitingMax) return this.drop('queue-full', 1);
    this.waiting.push({ ...recalled, reader, notedMs: performance.now() });
    this.timer ??= setTimeout(() => void this.flush(), this.limits.eventsLingerMs).unref();
  }

  /** Resolves when all that waited is in the log, or was dropped. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    return (this.flushing = this.flushing.then(() => this.publishAll()));
  }

  /** Called when the service stops, while the log is still there. */
  onModuleDestroy(): Promise<void> {
    return this.flush();
  }

  private async publishAll(): Promise<void> {
    while (this.waiting.length > 0) {
      this.dropLate();
      const batch = this.waiting.slice(0, this.limits.eventsBatchMax);
      if (batch.length === 0) return;
      this.waiting = this.waiting.slice(batch.length);
      const appends = batch.flatMap((one) => appendOf(one, this.log.partitionCount));
      if (await this.append(appends)) this.metrics.increment('mneme_recalls_published_total', {}, appends.length);
      else this.drop('log', appends.length);
    }
  }

  // They are in the order in which they came.
  private dropLate(): void {
    const fromMs = performance.now() - WAITING_MS_MAX;
    const first = this.waiting.findIndex(({ notedMs }) => notedMs >= fromMs);
    const late = first === -1 ? this.waiting.length : first;
    if (late === 0) return;
    this.waiting = this.waiting.slice(late);
    this.drop('late', late);
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
