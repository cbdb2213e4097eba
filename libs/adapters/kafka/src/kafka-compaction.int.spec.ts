import { afterEach, describe, expect, it } from '@jest/globals';
import { TOPICS } from '@mneme/events';
import { appendsTo, commitAll, engineAddress, eventually, LogReader, readAll } from '@mneme/testing';
import kafkajs from 'kafkajs';
import { OwnTopics } from './own-topics.js';

const MEMORIES = TOPICS.memories.name;
const START = { topic: MEMORIES, partition: 0, offset: 0 } as const;
const KIB = 1024;
const brokers = engineAddress('kafka').split(',');

describe('a batch that compaction has emptied and kept', () => {
  const topics = new OwnTopics(brokers);
  afterEach(() => topics.remove());

  const compactOften = async () => {
    const admin = topics.client().admin();
    await admin.connect();
    const config = { 'cleanup.policy': 'compact', 'segment.ms': '200', 'min.cleanable.dirty.ratio': '0' };
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
    const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name: `${topics.prefix}${MEMORIES}`, configEntries };
    await admin.alterConfigs({ validateOnly: false, resources: [resource] }).finally(() => admin.disconnect());
  };

  it('is gone past by reads and by groups, also before one that is larger than what is asked for', async () => {
    const { log: gone, close } = await topics.open();
    await compactOften();
    const { log } = await topics.open({ partitionFetchBytesMax: 64 * KIB, stalledAfterMs: 3_000 });
    const [replaced, large, filling] = appendsTo(MEMORIES, { partition: 0, of: log }, 3);
    // The last batch of its producer: Kafka keeps that, to know the producer by.
    await gone.append([{ ...replaced!, value: 'old' }]);
    await close();
    await log.append([
      { ...replaced!, value: 'new' },
      { ...large!, value: 'x'.repeat(200 * KIB) },
    ]);
    await eventually(
      'the first is emptied',
      async () => {
        await log.append([filling!]);
        return (await log.read(START, 1))[0]?.offset !== 0;
      },
      60_000,
    );
    expect((await log.read(START, 1)).map(({ key, offset }) => [key, offset])).toEqual([[replaced!.key, 1]]);
    expect((await readAll(log, START)).map(({ key }) => key)).toContain(large!.key);
    const reader = await new LogReader(log, MEMORIES).start(commitAll);
    const end = (await log.endOffsets(MEMORIES))[0] as number;
    await eventually('all is committed', async () => {
      return (await log.committedOffsets(reader.group, MEMORIES))[0] === end;
    });
    await reader.stop();
    expect(reader.failures).toEqual([]);
  }, 90_000);
});
