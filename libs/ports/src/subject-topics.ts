import type { SubjectId, TopicName } from '@mneme/events';
import type { SubjectRef } from '@mneme/domain';

export interface SubjectCount {
  /** Records with a value; tombstones do not count. */
  readonly count: number;
  /** When the newest of them was appended, epoch ms: with the topic's retention, when all are gone. Absent for none. */
  readonly lastAppendedAtMs?: number;
}

export interface SubjectKey {
  readonly key: string;
  readonly offset: number;
}

/** Which records of a subject rest in the log: for the counts of an erasure and the tombstones it writes. */
export interface SubjectTopics {
  /** Records of the subject that the topic still has. */
  count(topic: TopicName, subject: SubjectRef): Promise<SubjectCount>;
  /** Their keys in the order of their offsets, at most `limit`, after `afterOffset`; empty at the end. */
  keys(
    topic: TopicName,
    subject: SubjectRef,
    page: { readonly afterOffset?: number; readonly limit: number },
  ): Promise<readonly SubjectKey[]>;
  /** Who has records of value in one partition of the topic, by id, after `afterSubjectId`, at most `limit`. */
  subjects(
    topic: TopicName,
    partition: number,
    page: { readonly afterSubjectId?: SubjectId | undefined; readonly limit: number },
  ): Promise<readonly SubjectId[]>;
}
