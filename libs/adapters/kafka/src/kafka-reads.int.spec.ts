import { afterEach, describe, expect, it } from '@jest/globals';
import { TOPICS } from '@mneme/events';
import type { LogPosition } from '@mneme/ports';
import { appendsTo, engineAddress } from '@mneme/testing';
import { KafkaConnection } from './kafka-connection.js';
import { DEFAULT_KAFKA_LIMITS } from './kafka-limits.js';
import { KafkaReads } from './kafka-reads.js';
import { OwnTopics } from './own-topics.js';
import { TopicNames } from './topic-names.js';

const TURNS = TOPICS.turns.name;
const brokers = engineAddress('kafka').split(',');

/** Reads whose first pages are empty, as those of a leader that does not yet know how much is there for good. */
class LateReads extends KafkaReads {
  emptyPages = 0;

  override async page(from: LogPosition, bytesMax: number) {
    const page = await super.page(from, bytesMax);
    if (this.emptyPages === 0) return page;
    this.emptyPages -= 1;
    return { ...page, records: [], nextOffset: from.offset, endOffset: from.offset };
  }
}

describe('a read', () => {
  const topics = new OwnTopics(brokers);
  const closing: KafkaConnection[] = [];
  afterEach(async () => {
    await Promise.all(closing.splice(0).map((connection) => connection.close(1_000)));
    await topics.remove();
  });

  it('that gives nothing of what is there is no end of the log', async () => {
    const { log } = await topics.open();
    const [append] = appendsTo(TURNS, { partition: 0, of: log });
    const [position] = await log.append([append!]);
    const names = new TopicNames(topics.prefix, log.partitionCount);
    const connection = new KafkaConnection(topics.client(), [names.topic(TURNS)], DEFAULT_KAFKA_LIMITS);
    closing.push(connection);
    const reads = new LateReads(connection, names, DEFAULT_KAFKA_LIMITS);
    reads.emptyPages = 2;
    expect(await reads.records(position!, 1)).toMatchObject([{ key: append!.key }]);
    reads.emptyPages = Infinity;
    await expect(reads.records(position!, 1)).rejects.toMatchObject({ code: 'unavailable', retry: 'later' });
    expect(await reads.records({ ...position!, offset: 1 }, 1)).toEqual([]);
  });
});
