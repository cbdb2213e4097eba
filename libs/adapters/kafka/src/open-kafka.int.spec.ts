import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { TOPICS } from '@mneme/events';
import { appendsTo, engineAddress } from '@mneme/testing';
import kafkajs from 'kafkajs';
import { openKafka } from './open-kafka.js';
import { OwnTopics } from './own-topics.js';

const brokers = engineAddress('kafka').split(',');
const HOUR_MS = 3_600_000;

describe('opening the log on Kafka', () => {
  let topics = new OwnTopics(brokers);
  afterEach(async () => {
    await topics.remove();
    topics = new OwnTopics(brokers);
  });
  const nameOf = (topic: keyof typeof TOPICS) => `${topics.prefix}${TOPICS[topic].name}`;
  const administered = async <T>(work: (admin: ReturnType<ReturnType<OwnTopics['client']>['admin']>) => Promise<T>) => {
    const admin = topics.client().admin();
    await admin.connect();
    return work(admin).finally(() => admin.disconnect());
  };
  const configOf = async (topic: keyof typeof TOPICS) => {
    const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: nameOf(topic) }];
    const described = await administered((admin) => admin.describeConfigs({ includeSynonyms: false, resources }));
    const entries = described.resources.flatMap(({ configEntries }) => configEntries);
    return Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue]));
  };

  it('makes every topic with its partitions and its retention, also when several do it at once', async () => {
    await Promise.all([topics.open({ partitionCount: 3 }), topics.open({ partitionCount: 3 })]);
    await topics.open({ partitionCount: 3 });
    const names = Object.values(TOPICS).map(({ name }) => `${topics.prefix}${name}`);
    const { topics: found } = await administered((admin) => admin.fetchTopicMetadata({ topics: names }));
    expect(found.map(({ partitions }) => partitions.length)).toEqual(names.map(() => 3));
    expect(await configOf('turns')).toMatchObject({
      'cleanup.policy': 'delete',
      'retention.ms': String(72 * HOUR_MS),
      'message.timestamp.type': 'LogAppendTime',
    });
    expect(await configOf('memories')).toMatchObject({
      'cleanup.policy': 'compact',
      'delete.retention.ms': String(14 * 24 * HOUR_MS),
    });
    expect(await configOf('erasures')).toMatchObject({ 'cleanup.policy': 'delete', 'retention.ms': '-1' });
  });

  it('stops at topics that were made with another number of partitions', async () => {
    await topics.open({ partitionCount: 3 });
    await expect(topics.open({ partitionCount: 4 })).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(/has 3 partitions and cannot be used with 4/),
    });
  });

  it('stops at a topic that forgets otherwise, and warns of one that is only not as it would be made', async () => {
    const configEntries = [{ name: 'cleanup.policy', value: 'delete' }];
    const make = (topic: keyof typeof TOPICS, entries: typeof configEntries) =>
      administered((admin) =>
        admin.createTopics({ topics: [{ topic: nameOf(topic), numPartitions: 4, configEntries: entries }] }),
      );
    const lines: string[] = [];
    await make('turns', [{ name: 'retention.ms', value: String(99 * HOUR_MS) }]);
    await topics.open({ log: (_, line) => lines.push(line) });
    expect(lines.join()).toMatch(/mneme\.turns\.v1 has retention\.ms=356400000; it would be made with 259200000/);
    await topics.remove();
    await make('memories', configEntries);
    await expect(topics.open()).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(
        /mneme\.memories\.v1 has cleanup\.policy=delete and needs cleanup\.policy=compact/,
      ),
    });
  });

  it('says in one line, and soon, where no Kafka is', async () => {
    const options = { clientId: 'mneme-spec', brokers: ['127.0.0.1:1'], connectTimeoutMs: 500 };
    await expect(openKafka(options)).rejects.toMatchObject({
      code: 'unavailable',
      retry: 'later',
      message: expect.stringMatching(/^Kafka at 127\.0\.0\.1:1: [^\n]*$/),
    });
  });

  it('refuses options that cannot be', async () => {
    const bad = [
      { brokers: [] },
      { topicPrefix: 'a/b' },
      { partitionCount: 0 },
      { appendTimeoutMs: 0.5 },
      { fetchWaitMs: -1 },
    ];
    for (const options of bad) {
      await expect(openKafka(topics.options(options))).rejects.toMatchObject({ code: 'invalid-input' });
    }
  });

  it('notices in check that a topic is gone', async () => {
    const { check } = await topics.open();
    await check(AbortSignal.timeout(5_000));
    await administered((admin) => admin.deleteTopics({ topics: [nameOf('recalls')] }));
    await expect(check(AbortSignal.timeout(5_000))).rejects.toMatchObject({
      code: 'unavailable',
      message: `Kafka at ${brokers.join(',')}: the topic ${nameOf('recalls')} is not there`,
    });
    await expect(check(AbortSignal.abort())).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('refuses a record that is too large, and what comes after the close', async () => {
    const { log, close } = await topics.open({ recordBytesMax: 1_000 });
    const [append] = appendsTo(TOPICS.turns.name, { partition: 0, of: log });
    await expect(log.append([{ ...append!, value: 'x'.repeat(1_000) }])).rejects.toMatchObject({
      code: 'limit-exceeded',
      detail: { limit: 'recordBytesMax=1000' },
    });
    await close();
    await expect(log.append([append!])).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('refuses what would wait beyond its bound, and takes it when there is room', async () => {
    const { log } = await topics.open({ appendWaitingBytesMax: 1_000 });
    const [first, second] = appendsTo(TOPICS.turns.name, { partition: 0, of: log }, 2);
    const large = { ...second!, value: 'x'.repeat(1_000) };
    const [taken, refused] = await Promise.allSettled([log.append([first!]), log.append([large])]);
    expect(taken.status).toBe('fulfilled');
    expect(refused).toMatchObject({ reason: { code: 'unavailable', retry: 'later' } });
    await log.append([large]);
  });

  it('writes a call that is larger than one batch, and reads it back', async () => {
    const { log } = await topics.open({ appendBatchBytesMax: 100_000 });
    const appends = appendsTo(TOPICS.turns.name, { partition: 0, of: log }, 40);
    const positions = await log.append(appends.map((append) => ({ ...append, value: 'x'.repeat(20_000) })));
    expect(positions.map(({ offset }) => offset)).toEqual(appends.map((_, at) => at));
    expect(await log.read(positions[0]!, 100)).toHaveLength(40);
  });

  it('prints nothing', async () => {
    const prints = [
      jest.spyOn(process.stdout, 'write'),
      jest.spyOn(process.stderr, 'write'),
      jest.spyOn(console, 'log'),
    ];
    await openKafka({ clientId: 'mneme-spec', brokers: ['127.0.0.1:1'], connectTimeoutMs: 500 }).catch(() => undefined);
    expect(prints.flatMap(({ mock }) => mock.calls)).toEqual([]);
    for (const print of prints) print.mockRestore();
  });
});
