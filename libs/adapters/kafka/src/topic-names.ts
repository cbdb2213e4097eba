import { type Retention, TOPICS, type TopicName } from '@mneme/events';
import { InvalidInput } from '@mneme/domain';

const PREFIX = /^[a-zA-Z0-9._-]{0,100}$/;

/** A topic of ours, and how it forgets. */
export interface OwnTopic {
  readonly name: TopicName;
  readonly retention: Retention;
}

/** Names of this deployment's topics and groups in Kafka, and what there is of them. */
export class TopicNames {
  private readonly byName = new Map<TopicName, OwnTopic>(Object.values(TOPICS).map((topic) => [topic.name, topic]));

  /** @throws InvalidInput for a prefix that Kafka does not take, or a count that is none. */
  constructor(
    private readonly prefix: string,
    readonly partitionCount: number,
  ) {
    if (!PREFIX.test(prefix)) {
      const detail = { field: 'topicPrefix', limit: PREFIX.source, sent: prefix };
      throw new InvalidInput('a topic prefix has letters, digits, dots, dashes and underscores', detail);
    }
    if (!Number.isSafeInteger(partitionCount) || partitionCount < 1) {
      const detail = { field: 'partitionCount', sent: String(partitionCount) };
      throw new InvalidInput('partitionCount must be a whole number above 0', detail);
    }
  }

  all(): readonly OwnTopic[] {
    return [...this.byName.values()];
  }

  /** @throws InvalidInput for a topic that there is not. */
  topic(name: TopicName): string {
    if (!this.byName.has(name)) throw new InvalidInput('there is no such topic', { field: 'topic' });
    return `${this.prefix}${name}`;
  }

  definition(name: TopicName): OwnTopic {
    const definition = this.byName.get(name);
    if (definition === undefined) throw new InvalidInput('there is no such topic', { field: 'topic' });
    return definition;
  }

  /** A group of ours reads one topic: two topics under one name are two groups of Kafka. */
  group(group: string, topic: TopicName): string {
    return `${this.prefix}${group}.${this.definition(topic).name}`;
  }

  /** @throws InvalidInput for a topic or partition that there is not. */
  place(name: TopicName, partition: number): string {
    const topic = this.topic(name);
    if (Number.isSafeInteger(partition) && partition >= 0 && partition < this.partitionCount) return topic;
    const detail = { field: 'partition', limit: `partitionCount=${this.partitionCount}`, sent: String(partition) };
    throw new InvalidInput('there is no such partition', detail);
  }

  partitions(): readonly number[] {
    return Array.from({ length: this.partitionCount }, (_, partition) => partition);
  }
}
