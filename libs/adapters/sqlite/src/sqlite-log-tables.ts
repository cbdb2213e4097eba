import { TOPICS, type TopicName } from '@mneme/events';
import { InvalidInput } from '@mneme/domain';
import { type Database, inTransaction } from './database.js';
import { SqliteLogPartition } from './sqlite-log-partition.js';
import { Statements } from './statements.js';

/** Schema of log.db; the tables of the topics are made beside it, so that a new topic needs no migration. */
export const LOG_MIGRATIONS: readonly string[] = [
  `CREATE TABLE layout (partition_count INTEGER NOT NULL) STRICT;
   CREATE TABLE floors (
     topic TEXT NOT NULL, partition INTEGER NOT NULL, next_offset INTEGER NOT NULL, PRIMARY KEY (topic, partition)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE commits (
     consumer_group TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL, next_offset INTEGER NOT NULL,
     PRIMARY KEY (consumer_group, topic, partition)
   ) STRICT, WITHOUT ROWID;`,
];

/** A position that a group has done everything below. */
export interface GroupCommitted {
  readonly group: string;
  readonly topic: TopicName;
  readonly partition: number;
  readonly nextOffset: number;
}

/** The tables of log.db: the partitions of every topic, and what the groups have committed. All of it synchronous. */
export class SqliteLogTables {
  private readonly byTopic: ReadonlyMap<TopicName, readonly SqliteLogPartition[]>;
  private readonly statements: Statements<keyof typeof SQL>;

  /** @throws InvalidInput when the log was made with another number of partitions. */
  constructor(
    readonly db: Database,
    readonly partitionCount: number,
  ) {
    this.statements = new Statements(db, SQL);
    this.byTopic = inTransaction(db, () => {
      this.checkLayout();
      return this.openTopics();
    });
  }

  /** @throws InvalidInput for a topic that there is not. */
  partitions(topic: TopicName): readonly SqliteLogPartition[] {
    const partitions = this.byTopic.get(topic);
    if (partitions === undefined) throw new InvalidInput('there is no such topic', { field: 'topic' });
    return partitions;
  }

  /** @throws InvalidInput for a topic or partition that there is not. */
  partition(topic: TopicName, partition: number): SqliteLogPartition {
    const found = this.partitions(topic)[partition];
    if (found !== undefined) return found;
    const detail = { field: 'partition', limit: `partitionCount=${this.partitionCount}`, sent: String(partition) };
    throw new InvalidInput('there is no such partition', detail);
  }

  topics(): readonly TopicName[] {
    return [...this.byTopic.keys()];
  }

  all(): readonly SqliteLogPartition[] {
    return [...this.byTopic.values()].flat();
  }

  /** By partition; 0 where the group never committed. */
  committed(group: string, topic: TopicName): readonly number[] {
    const rows = this.statements.of('committed').all(group, topic) as readonly {
      readonly partition: number;
      readonly nextOffset: number;
    }[];
    const offsets = new Array<number>(this.partitionCount).fill(0);
    for (const { partition, nextOffset } of rows) offsets[partition] = nextOffset;
    return offsets;
  }

  /** Never moves back. */
  commit({ group, topic, partition, nextOffset }: GroupCommitted): void {
    this.statements.of('commit').run(group, topic, partition, nextOffset);
  }

  /** Keeps the offsets of a partition from being given again when its newest records are deleted. */
  keepFloor({ topic, partition }: SqliteLogPartition, endOffset: number): void {
    this.statements.of('keepFloor').run(topic, partition, endOffset);
  }

  private openTopics(): ReadonlyMap<TopicName, readonly SqliteLogPartition[]> {
    return new Map(
      Object.values(TOPICS).map((definition) => [
        definition.name,
        Array.from(
          { length: this.partitionCount },
          (_, partition) => new SqliteLogPartition(this.db, definition, partition),
        ),
      ]),
    );
  }

  private checkLayout(): void {
    const made = this.statements.of('layout').get() as { readonly count: number } | undefined;
    if (made === undefined) this.statements.of('keepLayout').run(this.partitionCount);
    else if (made.count !== this.partitionCount) {
      throw new InvalidInput(
        `the log was made with ${made.count} partitions and cannot be opened with ${this.partitionCount}: a subject's ` +
          'records would change their partition',
        { field: 'partitionCount', limit: `partitionCount=${made.count}`, sent: String(this.partitionCount) },
      );
    }
  }
}

const SQL = {
  layout: 'SELECT partition_count AS count FROM layout',
  keepLayout: 'INSERT INTO layout (partition_count) VALUES (?)',
  keepFloor: `INSERT INTO floors (topic, partition, next_offset) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET next_offset = max(next_offset, excluded.next_offset)`,
  committed: 'SELECT partition, next_offset AS nextOffset FROM commits WHERE consumer_group = ? AND topic = ?',
  commit: `INSERT INTO commits (consumer_group, topic, partition, next_offset) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET next_offset = max(next_offset, excluded.next_offset)`,
} as const;
