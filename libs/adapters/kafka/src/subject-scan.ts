import type { SubjectId, TopicName } from '@mneme/events';
import { LimitExceeded } from '@mneme/domain';
import type { SubjectCount, SubjectKey } from '@mneme/ports';
import { type KafkaRecord, SUBJECT_HEADER } from './fetch-records.js';

interface Resting {
  readonly key: string;
  readonly offset: number;
  readonly appendedAtMs: number;
}

export interface ScanPlace {
  readonly topic: TopicName;
  readonly partition: number;
  /** The newest record of a key is the one that counts, and a tombstone takes it away. */
  readonly isCompacted: boolean;
  readonly keysMax: number;
}

/** What rests of one subject in its partition, as far as the partition has been read. */
export class SubjectScan {
  nextOffset = 0;
  /** By key where the newest counts, by offset where all do; in the order of their offsets. */
  private readonly resting = new Map<string | number, Resting>();

  constructor(
    readonly place: ScanPlace,
    private readonly subjectId: SubjectId,
  ) {}

  take(record: KafkaRecord): void {
    const { isCompacted, keysMax } = this.place;
    // A key is one subject's alone, so a tombstone is known by it.
    if (subjectOf(record) !== this.subjectId && record.value !== null) return;
    const [key, offset] = [record.key?.toString('utf8') ?? '', Number(record.offset)];
    if (isCompacted) this.resting.delete(key);
    if (record.value === null) return;
    this.resting.set(isCompacted ? key : offset, { key, offset, appendedAtMs: Number(record.timestamp) });
    if (this.resting.size > keysMax) throw tooMany(keysMax);
  }

  /** Forgets what the topic has forgotten. */
  startsAt(startOffset: number): void {
    for (const [name, { offset }] of this.resting) {
      if (offset >= startOffset) return;
      this.resting.delete(name);
    }
  }

  count(): SubjectCount {
    let last: Resting | undefined;
    for (const one of this.resting.values()) last = one;
    if (last === undefined) return { count: 0 };
    return { count: this.resting.size, lastAppendedAtMs: last.appendedAtMs };
  }

  keys(afterOffset: number, limit: number): readonly SubjectKey[] {
    const keys: SubjectKey[] = [];
    for (const { key, offset } of this.resting.values()) {
      if (keys.length >= limit) break;
      if (offset > afterOffset) keys.push({ key, offset });
    }
    return keys;
  }
}

/** Which subjects have records of value in a partition: the first of them by id, behind one of them. */
export class SubjectsScan {
  /** Subjects whose id is among the first, with their living keys; those that have none any more too. */
  private readonly found = new Map<SubjectId, Set<string>>();
  private largest: SubjectId | undefined;
  private keyCount = 0;
  private hasMore = false;

  constructor(
    private readonly place: ScanPlace,
    private readonly page: { readonly afterSubjectId?: SubjectId | undefined; readonly limit: number },
  ) {}

  take(record: KafkaRecord): void {
    const subjectId = subjectOf(record);
    if (subjectId === undefined || subjectId <= (this.page.afterSubjectId ?? '')) return;
    const keys = this.found.get(subjectId) ?? (record.value === null ? undefined : this.admit(subjectId));
    if (keys === undefined) return;
    const key = this.place.isCompacted ? (record.key?.toString('utf8') ?? '') : '';
    this.keyCount -= keys.size;
    if (record.value !== null) keys.add(key);
    else if (this.place.isCompacted) keys.delete(key);
    this.keyCount += keys.size;
    if (this.keyCount > this.place.keysMax) throw tooMany(this.place.keysMax);
  }

  /** Those with a living record, and behind which id to look on; undefined at the end. */
  end(): { readonly living: readonly SubjectId[]; readonly lookOnAfter: SubjectId | undefined } {
    const living = [...this.found].filter(([, keys]) => keys.size > 0).map(([subjectId]) => subjectId);
    return { living: living.sort(), lookOnAfter: this.hasMore ? this.largest : undefined };
  }

  // Whoever is turned away is behind all that are found, and those stay: so nobody's records are seen by half.
  private admit(subjectId: SubjectId): Set<string> | undefined {
    if (this.found.size >= this.page.limit) {
      this.hasMore = true;
      if (subjectId > (this.largest ?? '')) return undefined;
      this.keyCount -= this.found.get(this.largest as SubjectId)?.size ?? 0;
      this.found.delete(this.largest as SubjectId);
    }
    const keys = new Set<string>();
    this.found.set(subjectId, keys);
    this.largest = largestOf(this.found.keys());
    return keys;
  }
}

function largestOf(ids: Iterable<SubjectId>): SubjectId | undefined {
  let largest: SubjectId | undefined;
  for (const id of ids) if (largest === undefined || id > largest) largest = id;
  return largest;
}

function subjectOf({ headers }: KafkaRecord): SubjectId | undefined {
  const header = headers[SUBJECT_HEADER];
  return Buffer.isBuffer(header) ? (header.toString('latin1') as SubjectId) : undefined;
}

function tooMany(keysMax: number): LimitExceeded {
  return new LimitExceeded('more rests in the topic than a scan may hold', { limit: `scanKeysMax=${keysMax}` });
}
