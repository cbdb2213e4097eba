import { afterEach, describe, expect, it } from '@jest/globals';
import { TOPICS, type TopicName } from '@mneme/events';
import { subjectRef } from '@mneme/domain';
import { appendsTo, engineAddress, eventually, LogReader, randomTenantId, readAll } from '@mneme/testing';
import kafkajs from 'kafkajs';
import { CutNetwork } from './cut-network.js';
import { OwnTopics } from './own-topics.js';

const TURNS = TOPICS.turns.name;
const MEMORIES = TOPICS.memories.name;
const brokers = engineAddress('kafka').split(',');

describe('records that are gone', () => {
  let topics = new OwnTopics(brokers);
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await topics.remove().finally(() => Promise.all(closing.splice(0).map((close) => close())));
    topics = new OwnTopics(brokers);
  });
  const administer = async (
    work: (admin: ReturnType<ReturnType<OwnTopics['client']>['admin']>) => Promise<unknown>,
  ) => {
    const admin = topics.client().admin();
    await admin.connect();
    await work(admin).finally(() => admin.disconnect());
  };
  /** Takes all records below the offset away, as retention does. */
  const expire = (name: TopicName, partition: number, below: number) =>
    administer(async (admin) => {
      const topic = `${topics.prefix}${name}`;
      // kafkajs deletes only from topics that it has been asked about before.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(below) }] });
    });

  const compactWith = (config: Readonly<Record<string, string>>) => {
    const configEntries = Object.entries({ 'cleanup.policy': 'compact', ...config }).map(([name, value]) => {
      return { name, value };
    });
    const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name: `${topics.prefix}${MEMORIES}`, configEntries };
    return administer((admin) => admin.alterConfigs({ validateOnly: false, resources: [resource] }));
  };

  it('are passed over by a read, and are not its end', async () => {
    const { log } = await topics.open();
    const appends = appendsTo(TURNS, { partition: 0, of: log }, 6);
    await log.append(appends);
    await expire(TURNS, 0, 4);
    const records = await readAll(log, { topic: TURNS, partition: 0, offset: 0 }, 1);
    expect(records.map(({ key, offset }) => [key, offset])).toEqual([4, 5].map((at) => [appends[at]?.key, at]));
    expect(await log.read({ topic: TURNS, partition: 0, offset: 100 }, 1)).toEqual([]);
  });

  it('are no longer counted for their subject', async () => {
    const { log, subjectTopics } = await topics.open();
    const appends = appendsTo(TURNS, { partition: 0, of: log }, 6);
    await log.append(appends);
    const subject = subjectRef(randomTenantId(), appends[0]!.subjectId!);
    expect((await subjectTopics.count(TURNS, subject)).count).toBe(6);
    await expire(TURNS, 0, 4);
    expect((await subjectTopics.count(TURNS, subject)).count).toBe(2);
    expect(await subjectTopics.keys(TURNS, subject, { limit: 9 })).toEqual(
      [4, 5].map((offset) => ({ key: appends[offset]?.key, offset })),
    );
  });

  it('stop a group that has not read them before it begins, with its commit left as it is', async () => {
    const { log } = await topics.open();
    await log.append(appendsTo(TURNS, { partition: 2, of: log }, 9));
    const half = await new LogReader(log, TURNS).start((batch) => batch.commit(3).catch(() => undefined), 3);
    await eventually('it has committed', async () => (await log.committedOffsets(half.group, TURNS))[2] === 3);
    await half.stop();
    await expire(TURNS, 2, 5);
    await expect(new LogReader(log, TURNS, half.group).start()).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringMatching(/has committed 3 of .*mneme\.turns\.v1\/2, and the log has 5 to 9/),
    });
    expect((await log.committedOffsets(half.group, TURNS))[2]).toBe(3);
  });

  it('stop a group that runs, with its commit left as it is', async () => {
    const network = await CutNetwork.to(brokers[0] as string);
    closing.push(() => network.close());
    const { log: beside } = await topics.open();
    const { log } = await topics.open({ socketFactory: network.socketFactory, stopTimeoutMs: 500 });
    const before = appendsTo(TURNS, { partition: 1, of: log }, 2);
    await beside.append(before);
    const reader = await new LogReader(log, TURNS).start();
    await reader.untilHanded(before);
    await eventually('it has committed', async () => (await beside.committedOffsets(reader.group, TURNS))[1] === 2);
    network.cut();
    await beside.append(appendsTo(TURNS, { partition: 1, of: log }, 5));
    await expire(TURNS, 1, 4);
    network.mend();
    await eventually('it has ended', () => reader.failures.length > 0);
    expect(reader.failures).toMatchObject([{ code: 'corrupt', retry: 'never' }]);
    expect((await beside.committedOffsets(reader.group, TURNS))[1]).toBe(2);
    expect(reader.records).toHaveLength(2);
  });

  it('leave nothing for a new group to do, which it commits', async () => {
    const { log } = await topics.open();
    await log.append(appendsTo(TURNS, { partition: 3, of: log }, 7));
    await expire(TURNS, 3, 7);
    const reader = await new LogReader(log, TURNS).start();
    await eventually('the end is committed', async () => (await log.committedOffsets(reader.group, TURNS))[3] === 7);
    await reader.stop();
    expect(reader.records).toEqual([]);
  });

  it('make gaps under compaction that reads, groups and scans go across', async () => {
    const { log, subjectTopics } = await topics.open();
    const [kept, replaced] = appendsTo(MEMORIES, { partition: 0, of: log }, 2);
    await compactWith({ 'segment.ms': '200', 'min.cleanable.dirty.ratio': '0' });
    await log.append([kept!]);
    for (let version = 0; version < 30; version += 1) await log.append([{ ...replaced!, value: String(version) }]);
    const offsets = async () =>
      (await readAll(log, { topic: MEMORIES, partition: 0, offset: 0 }, 5)).map(({ offset }) => offset);
    await eventually(
      'the replaced are gone',
      async () => {
        await log.append([{ ...replaced!, value: 'last' }]);
        return (await offsets()).length < 20;
      },
      60_000,
    );
    const [left, end] = [await offsets(), (await log.endOffsets(MEMORIES))[0] as number];
    expect(left[0]).toBe(0);
    expect(left[1]).toBeGreaterThan(1);
    expect(left.at(-1)).toBe(end - 1);
    const [afterGap] = await log.read({ topic: MEMORIES, partition: 0, offset: 1 }, 1);
    expect(afterGap?.offset).toBeGreaterThan(1);
    const reader = await new LogReader(log, MEMORIES).start();
    await eventually('all is committed', async () => (await log.committedOffsets(reader.group, MEMORIES))[0] === end);
    // Compaction goes on meanwhile, so that some of them may be gone by now.
    const handed = reader.records.map(({ offset }) => offset);
    expect(left).toEqual(expect.arrayContaining(handed));
    expect([handed[0], handed.at(-1)]).toEqual([0, end - 1]);
    await reader.stop();
    const subject = subjectRef(randomTenantId(), kept!.subjectId!);
    expect((await subjectTopics.count(MEMORIES, subject)).count).toBe(2);
  }, 90_000);
});
