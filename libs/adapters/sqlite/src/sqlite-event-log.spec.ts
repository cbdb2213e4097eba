import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { TOPICS, type TopicName } from '@mneme/events';
import {
  appendsTo,
  eventLogContract,
  eventually,
  FixedClock,
  LogReader,
  readAll,
  removeTemporaryDirectories,
  temporaryDirectory,
} from '@mneme/testing';
import { openSqlite, type Sqlite, type SqliteOptions } from './open-sqlite.js';

const TURNS = TOPICS.turns.name;
const MEMORIES = TOPICS.memories.name;
const HOUR_MS = 3_600_000;

removeTemporaryDirectories();

describe.each([
  ['in memory', () => ':memory:'],
  ['on a file', temporaryDirectory],
])('%s', (_, where) => {
  const opened: Sqlite[] = [];
  afterAll(() => Promise.all(opened.map((sqlite) => sqlite.close())));
  eventLogContract(
    async () => {
      const sqlite = openSqlite(where(), { log: { uncommittedPauseMs: 5 } });
      opened.push(sqlite);
      return sqlite.log;
    },
    { compaction: 'at-once' },
  );
});

describe('the log in SQLite', () => {
  const opened: Sqlite[] = [];
  afterEach(() => Promise.all(opened.splice(0).map((sqlite) => sqlite.close())));
  const open = (options: SqliteOptions = {}, where = ':memory:') => {
    const sqlite = openSqlite(where, options);
    opened.push(sqlite);
    return sqlite;
  };
  const openAt = (clock: FixedClock, where?: string) => open({ log: { clock, housekeepingIntervalMs: 0 } }, where).log;
  const offsetsIn = async (log: Sqlite['log'], topic: TopicName) =>
    (await readAll(log, { topic, partition: 0, offset: 0 })).map(({ offset }) => offset);

  it('refuses a partition, a topic or a size that there is not', async () => {
    const { log } = open();
    const [append] = appendsTo(TURNS, { partition: 0, of: log });
    const bad = [
      () => log.append([{ ...append!, partition: 4 }]),
      () => log.append([append!, { ...append!, topic: 'mneme.other.v1' as TopicName }]),
      () => log.read({ topic: TURNS, partition: 0, offset: 0 }, 0),
      () =>
        log.consume(
          { group: 'g', topic: TURNS, batchRecordsMax: 0 },
          async () => undefined,
          () => undefined,
        ),
    ];
    for (const call of bad) await expect(call()).rejects.toMatchObject({ code: 'invalid-input' });
    expect(await log.endOffsets(TURNS)).toEqual([0, 0, 0, 0]);
  });

  it('refuses a commit beyond the end, which would skip what comes next', async () => {
    const { log } = open();
    const reader = await new LogReader(log, TURNS).start((batch) => batch.commit(2));
    await log.append(appendsTo(TURNS, { partition: 0, of: log }));
    await eventually('the failure is told', () => reader.failures.length > 0);
    expect(reader.failures).toMatchObject([{ code: 'invalid-input' }]);
  });

  it('has one consumer of a group at a time, and another once that has ended', async () => {
    const { log } = open();
    const first = await new LogReader(log, TURNS, 'group').start();
    await expect(new LogReader(log, TURNS, 'group').start()).rejects.toMatchObject({ code: 'conflict' });
    await first.stop();
    await (await new LogReader(log, TURNS, 'group').start()).stop();
  });

  it('cannot be opened with another number of partitions', async () => {
    const directory = temporaryDirectory();
    await openSqlite(directory).close();
    expect(() => openSqlite(directory, { partitionCount: 8 })).toThrow(/4 partitions .* 8/);
    await open({ partitionCount: 4 }, directory).close();
    opened.length = 0;
  });

  it('has records, offsets and commits again when it is opened again', async () => {
    const directory = temporaryDirectory();
    const first = openSqlite(directory);
    const appends = appendsTo(TURNS, { partition: 2, of: first.log }, 3);
    await first.log.append(appends);
    const reader = await new LogReader(first.log, TURNS, 'group').start();
    await reader.untilHanded(appends);
    await first.close();
    const { log } = open({}, directory);
    expect((await readAll(log, { topic: TURNS, partition: 2, offset: 0 })).map(({ key }) => key)).toEqual(
      appends.map(({ key }) => key),
    );
    expect(await log.endOffsets(TURNS)).toEqual([0, 0, 3, 0]);
    expect(await log.committedOffsets('group', TURNS)).toEqual([0, 0, 3, 0]);
  });

  it('writes what is waiting when it is closed, and refuses what comes later', async () => {
    const directory = temporaryDirectory();
    const first = openSqlite(directory);
    const append = first.log.append(appendsTo(TURNS, { partition: 0, of: first.log }));
    await first.close();
    expect(await append).toHaveLength(1);
    const late = first.log.append(appendsTo(TURNS, { partition: 0, of: first.log }));
    await expect(late).rejects.toMatchObject({ code: 'unavailable' });
    expect((await open({}, directory).log.endOffsets(TURNS))[0]).toBe(1);
  });

  it('ends a read at its bytes, with one record at least', async () => {
    const { log } = open({ log: { readBytesMax: 1_000 } });
    const appends = appendsTo(TURNS, { partition: 0, of: log }, 5);
    await log.append(appends.map((append, index) => ({ ...append, value: 'x'.repeat(index === 0 ? 5_000 : 400) })));
    expect(await log.read({ topic: TURNS, partition: 0, offset: 0 }, 5)).toHaveLength(1);
    expect(await log.read({ topic: TURNS, partition: 0, offset: 1 }, 5)).toHaveLength(3);
  });

  it('drops records by age, the oldest first, a slice at a time, and keeps topics that are kept for ever', async () => {
    const clock = new FixedClock();
    const { log } = open({ log: { clock, housekeepingIntervalMs: 0, housekeepingRecordsMax: 2 } });
    await log.append(appendsTo(TURNS, { partition: 0, of: log }, 3));
    await log.append(appendsTo(TOPICS.erasures.name, { partition: 0, of: log }));
    clock.advance(72 * HOUR_MS);
    await log.append(appendsTo(TURNS, { partition: 0, of: log }));
    expect(await log.expireSlice()).toBe(0);
    clock.advance(1);
    expect([await log.expireSlice(), await log.expireSlice(), await log.expireSlice()]).toEqual([2, 1, 0]);
    expect(await offsetsIn(log, TURNS)).toEqual([3]);
    expect(await offsetsIn(log, TOPICS.erasures.name)).toEqual([0]);
  });

  it('never gives an offset twice, also when the newest records are gone and it was closed', async () => {
    const [directory, clock] = [temporaryDirectory(), new FixedClock()];
    const first = openSqlite(directory, { log: { clock, housekeepingIntervalMs: 0 } });
    await first.log.append(appendsTo(TURNS, { partition: 0, of: first.log }, 3));
    clock.advance(100 * HOUR_MS);
    expect(await first.log.expireSlice()).toBe(3);
    await first.close();
    const log = openAt(clock, directory);
    expect((await log.endOffsets(TURNS))[0]).toBe(3);
    expect((await log.append(appendsTo(TURNS, { partition: 0, of: log })))[0]?.offset).toBe(3);
  });

  it('keeps what a group that consumes has yet to commit, and nothing for a group that is gone', async () => {
    const clock = new FixedClock();
    const log = openAt(clock);
    await log.append(appendsTo(TURNS, { partition: 0, of: log }, 4));
    const slow = await new LogReader(log, TURNS).start((batch) => batch.commit(2));
    await eventually('half is committed', async () => (await log.committedOffsets(slow.group, TURNS))[0] === 2);
    clock.advance(100 * HOUR_MS);
    expect(await log.expireSlice()).toBe(2);
    expect(await offsetsIn(log, TURNS)).toEqual([2, 3]);
    await slow.stop();
    expect(await log.expireSlice()).toBe(2);
  });

  it('drops tombstones after their time, and no living record', async () => {
    const clock = new FixedClock();
    const log = openAt(clock);
    const [gone, living] = appendsTo(MEMORIES, { partition: 0, of: log }, 2);
    await log.append([gone!, living!, { ...gone!, value: null }]);
    clock.advance(14 * 24 * HOUR_MS);
    expect(await log.expireSlice()).toBe(0);
    clock.advance(1);
    expect(await log.expireSlice()).toBe(1);
    expect(await offsetsIn(log, MEMORIES)).toEqual([1]);
    expect((await log.endOffsets(MEMORIES))[0]).toBe(3);
  });

  it('keeps house by itself', async () => {
    const clock = new FixedClock();
    const { log } = open({ log: { clock, housekeepingIntervalMs: 5, housekeepingRecordsMax: 1 } });
    await log.append(appendsTo(TURNS, { partition: 0, of: log }, 3));
    clock.advance(100 * HOUR_MS);
    await eventually('the records are gone', async () => (await offsetsIn(log, TURNS)).length === 0);
  });

  it('serves all partitions and the event loop while one partition has much to read', async () => {
    const { log } = open();
    await log.append(appendsTo(TURNS, { partition: 0, of: log }, 400));
    const few = appendsTo(TURNS, { partition: 1, of: log }, 2);
    await log.append(few);
    const reader = await new LogReader(log, TURNS).start((batch) => batch.commit(batch.records.at(-1)!.offset + 1), 1);
    await reader.untilHanded(few);
    const last = reader.records.findLastIndex(({ partition }) => partition === 1);
    expect(last).toBeLessThan(8);
  });
});
