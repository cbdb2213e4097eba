import type { SubjectId, TopicName } from '@mneme/events';
import { partitionOf, type SubjectRef } from '@mneme/domain';
import type { SubjectCount, SubjectKey, SubjectTopics } from '@mneme/ports';
import { guard } from './database.js';
import type { SqliteLogPartition } from './sqlite-log-partition.js';
import type { SqliteLogTables } from './sqlite-log-tables.js';

/** Counts and names a subject's records in the log through an index by subject. */
export class SqliteTopicAudit implements SubjectTopics {
  constructor(private readonly tables: SqliteLogTables) {}

  async count(topic: TopicName, subject: SubjectRef): Promise<SubjectCount> {
    return guard(() => this.partitionOf(topic, subject).countSubject(subject.subjectId));
  }

  async keys(
    topic: TopicName,
    subject: SubjectRef,
    page: { readonly afterOffset?: number; readonly limit: number },
  ): Promise<readonly SubjectKey[]> {
    const partition = this.partitionOf(topic, subject);
    return guard(() => partition.subjectKeys(subject.subjectId, page.afterOffset ?? -1, page.limit));
  }

  async subjects(
    topic: TopicName,
    partition: number,
    { afterSubjectId, limit }: { readonly afterSubjectId?: SubjectId | undefined; readonly limit: number },
  ): Promise<readonly SubjectId[]> {
    return guard(() => this.tables.partition(topic, partition).subjects(afterSubjectId, limit));
  }

  private partitionOf(topic: TopicName, subject: SubjectRef): SqliteLogPartition {
    return this.tables.partition(topic, partitionOf(subject.subjectId, this.tables.partitionCount));
  }
}
