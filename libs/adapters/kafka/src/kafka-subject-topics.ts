import type { SubjectId, TopicName } from '@mneme/events';
import { partitionOf, type SubjectRef, Unavailable } from '@mneme/domain';
import type { LogPosition, SubjectCount, SubjectKey, SubjectTopics } from '@mneme/ports';
import type { KafkaRecord } from './fetch-records.js';
import type { KafkaLimits } from './kafka-limits.js';
import { type KafkaReads, nothingGiven } from './kafka-reads.js';
import { type ScanPlace, SubjectScan, SubjectsScan } from './subject-scan.js';
import type { TopicNames } from './topic-names.js';

interface KeptScan {
  readonly scan: SubjectScan;
  /** Calls about one subject wait for each other: they share what was read. */
  turn: Promise<unknown>;
  usedMs: number;
}

/**
 * Finds a subject's records by reading the subject's partition, since Kafka has no index. What was found is kept for a
 * while, so that the next page, or the count after it, reads only what has come since.
 */
export class KafkaSubjectTopics implements SubjectTopics {
  private readonly kept = new Map<string, KeptScan>();
  private readonly closing = new AbortController();
  private readonly forgetting: NodeJS.Timeout;

  constructor(
    private readonly reads: KafkaReads,
    private readonly names: TopicNames,
    private readonly limits: KafkaLimits,
  ) {
    this.forgetting = setInterval(() => this.forget(), limits.scanKeptMs);
    this.forgetting.unref();
  }

  async count(topic: TopicName, subject: SubjectRef): Promise<SubjectCount> {
    return this.scanned(topic, subject, (scan) => scan.count());
  }

  async keys(
    topic: TopicName,
    subject: SubjectRef,
    page: { readonly afterOffset?: number; readonly limit: number },
  ): Promise<readonly SubjectKey[]> {
    return this.scanned(topic, subject, (scan) => scan.keys(page.afterOffset ?? -1, page.limit));
  }

  async subjects(
    topic: TopicName,
    partition: number,
    page: { readonly afterSubjectId?: SubjectId | undefined; readonly limit: number },
  ): Promise<readonly SubjectId[]> {
    const found: SubjectId[] = [];
    let { afterSubjectId } = page;
    while (found.length < page.limit) {
      const scan = new SubjectsScan(this.placeOf(topic, partition), { afterSubjectId, limit: page.limit });
      await this.read({ topic, partition, offset: 0 }, (record) => scan.take(record));
      const { living, lookOnAfter } = scan.end();
      found.push(...living);
      if (lookOnAfter === undefined) break;
      afterSubjectId = lookOnAfter;
    }
    return found.slice(0, page.limit);
  }

  /** Ends the scans that run. */
  close(): void {
    this.closing.abort();
    clearInterval(this.forgetting);
    this.kept.clear();
  }

  private async scanned<T>(topic: TopicName, { subjectId }: SubjectRef, answer: (scan: SubjectScan) => T): Promise<T> {
    const kept = this.keptOf(topic, subjectId);
    const answered = kept.turn.then(async () => {
      await this.bringUp(kept.scan);
      kept.usedMs = performance.now();
      return answer(kept.scan);
    });
    kept.turn = answered.catch(() => undefined);
    return answered;
  }

  private async bringUp(scan: SubjectScan): Promise<void> {
    const { topic, partition, isCompacted } = scan.place;
    scan.nextOffset = await this.read({ topic, partition, offset: scan.nextOffset }, (record) => scan.take(record));
    if (!isCompacted) scan.startsAt((await this.reads.startOffsets(topic))[partition] ?? 0);
  }

  /** Reads to where the partition ends now; answers where the next reading begins. */
  private async read(from: LogPosition, take: (record: KafkaRecord) => void): Promise<number> {
    const end = (await this.reads.endOffsets(from.topic))[from.partition] ?? 0;
    let { offset } = from;
    while (offset < end) {
      if (this.closing.signal.aborted) throw new Unavailable('the log is closed');
      const page = await this.reads.page({ ...from, offset }, this.limits.readBytesMax);
      for (const record of page.records) take(record);
      if (page.nextOffset <= offset) throw nothingGiven({ ...from, offset });
      offset = page.nextOffset;
    }
    return offset;
  }

  private keptOf(topic: TopicName, subjectId: SubjectId): KeptScan {
    const name = `${topic}/${subjectId}`;
    const partition = partitionOf(subjectId, this.names.partitionCount);
    const scan = () => new SubjectScan(this.placeOf(topic, partition), subjectId);
    const kept = this.kept.get(name) ?? { scan: scan(), turn: Promise.resolve(), usedMs: performance.now() };
    // The one that was asked for last is the last to go.
    this.kept.delete(name);
    this.kept.set(name, kept);
    for (const oldest of this.kept.keys()) if (this.kept.size > this.limits.scansKeptMax) this.kept.delete(oldest);
    return kept;
  }

  private placeOf(topic: TopicName, partition: number): ScanPlace {
    this.names.place(topic, partition);
    const isCompacted = this.names.definition(topic).retention.policy === 'compact';
    return { topic, partition, isCompacted, keysMax: this.limits.scanKeysMax };
  }

  private forget(): void {
    const beforeMs = performance.now() - this.limits.scanKeptMs;
    for (const [name, { usedMs }] of this.kept) if (usedMs < beforeMs) this.kept.delete(name);
  }
}
