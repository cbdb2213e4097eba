import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { TOPICS } from '@mneme/events';
import type { EventLog, LogAppend } from '@mneme/ports';
import fc from 'fast-check';
import { consumingContract } from './event-log-consuming.contract.js';
import { appendsTo, readAll } from './log-reader.js';

export interface EventLogTraits {
  /** `at-once`: a replaced record is gone when its successor is acknowledged. `later`: some time after. */
  readonly compaction: 'at-once' | 'later';
}

const TURNS = TOPICS.turns.name;
const MEMORIES = TOPICS.memories.name;

/** What every log must do, on a log that other tests may use too. */
export function eventLogContract(make: () => Promise<EventLog>, traits: EventLogTraits): void {
  describe('event log', () => {
    let log: EventLog;
    beforeAll(async () => {
      log = await make();
    });
    describe('append and read', () => appendContract(() => log));
    describe('compaction', () => compactionContract(() => log, traits));
    describe('consume', () => consumingContract(() => log));
  });
}

function appendContract(log: () => EventLog): void {
  it('answers positions in the order of the appends', async () => {
    const appends = [3, 1, 3, 0].flatMap((partition) => appendsTo(TURNS, { partition, of: log() }));
    const positions = await log().append(appends);
    expect(positions.map(({ topic, partition }) => [topic, partition])).toEqual(
      appends.map(({ topic, partition }) => [topic, partition]),
    );
    expect(positions[2]?.offset).toBeGreaterThan(positions[0]?.offset ?? Infinity);
  });

  it('gives back what was appended, from the position on', async () => {
    const beforeMs = Date.now();
    const [append] = appendsTo(TURNS, { partition: 1, of: log() }) as [LogAppend];
    const [position] = await log().append([append]);
    const [record] = await log().read(position as NonNullable<typeof position>, 10);
    expect(record).toMatchObject({ ...position, key: append.key, value: append.value });
    expect(record?.appendedAtMs).toBeGreaterThanOrEqual(beforeMs - 1_000);
    expect(record?.appendedAtMs).toBeLessThanOrEqual(Date.now() + 1_000);
  });

  it('keeps values as they are, whatever letters they have', async () => {
    const values = ['{"a":"ü – 漢字 – 🧠"}', '', 'null', '"\\u0000"', 'x'.repeat(100_000)];
    const [append] = appendsTo(TURNS, { partition: 2, of: log() }) as [LogAppend];
    const [first] = await log().append(values.map((value) => ({ ...append, key: randomUUID(), value })));
    const records = await readAll(log(), first as NonNullable<typeof first>);
    expect(records.map(({ value }) => value)).toEqual(values);
  });

  it('reads no more than it is asked for, and nothing at the end', async () => {
    const appends = appendsTo(TURNS, { partition: 0, of: log() }, 7);
    const positions = await log().append(appends);
    const [first] = positions;
    const page = await log().read(first as NonNullable<typeof first>, 3);
    expect(page.map(({ key }) => key)).toEqual(appends.slice(0, 3).map(({ key }) => key));
    const end = (await log().endOffsets(TURNS))[0] as number;
    expect(await log().read({ topic: TURNS, partition: 0, offset: end }, 3)).toEqual([]);
  });

  it('writes nothing for an empty list', async () => {
    const before = await log().endOffsets(TURNS);
    expect(await log().append([])).toEqual([]);
    expect(await log().endOffsets(TURNS)).toEqual(before);
  });

  it('writes nothing of a call that names a place which is not there', async () => {
    const before = await log().endOffsets(TURNS);
    const [append] = appendsTo(TURNS, { partition: 0, of: log() }) as [LogAppend];
    const elsewhere = [{ partition: log().partitionCount }, { partition: -1 }, { topic: 'mneme.other.v1' as never }];
    for (const place of elsewhere) {
      const call = log().append([append, { ...append, ...place }]);
      await expect(call).rejects.toMatchObject({ code: 'invalid-input', retry: 'never' });
    }
    expect(await log().endOffsets(TURNS)).toEqual(before);
  });

  it('says by partition which offset comes next', async () => {
    const ends = await log().endOffsets(TURNS);
    expect(ends).toHaveLength(log().partitionCount);
    const positions = await log().append(appendsTo(TURNS, { partition: 1, of: log() }, 2));
    expect(positions[0]?.offset).toBeGreaterThanOrEqual(ends[1] as number);
    expect((await log().endOffsets(TURNS))[1]).toBeGreaterThan(positions[1]?.offset ?? Infinity);
    expect((await log().endOffsets(TURNS))[0]).toBe(ends[0]);
  });

  it('keeps each partition in order and every record once, however calls overlap', async () => {
    const call = fc.array(fc.nat({ max: log().partitionCount - 1 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 8 }), async (calls) => {
        const starts = await log().endOffsets(TURNS);
        const appends = calls.map((partitions) =>
          partitions.flatMap((partition) => appendsTo(TURNS, { partition, of: log() })),
        );
        const positions = (await Promise.all(appends.map((of) => log().append(of)))).flat();
        const told = new Map(appends.flat().map(({ key }, index) => [key, positions[index]]));
        const ends = await log().endOffsets(TURNS);
        for (const [partition, offset] of starts.entries()) {
          const records = (await readAll(log(), { topic: TURNS, partition, offset }, 5)).filter(({ key }) =>
            told.has(key),
          );
          const offsets = records.map((record) => record.offset);
          expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
          for (const record of records)
            expect(told.get(record.key)).toMatchObject({ partition, offset: record.offset });
          expect(Math.max(-1, ...offsets)).toBeLessThan(ends[partition] as number);
          expect(records).toHaveLength(positions.filter((position) => position.partition === partition).length);
        }
      }),
      { numRuns: 25 },
    );
  });
}

function compactionContract(log: () => EventLog, traits: EventLogTraits): void {
  const versionsOf = async (append: LogAppend, values: readonly (string | null)[]) => {
    const positions = await log().append(values.map((value) => ({ ...append, value })));
    const from = positions[0] as NonNullable<(typeof positions)[0]>;
    return (await readAll(log(), from)).filter(({ key }) => key === append.key).map(({ value }) => value);
  };

  it('hands the newest record of a key out last, and none replaced where compaction is at once', async () => {
    const [append] = appendsTo(MEMORIES, { partition: 0, of: log() }) as [LogAppend];
    const values = await versionsOf(append, ['1', '2', '3']);
    expect(values.at(-1)).toBe('3');
    if (traits.compaction === 'at-once') expect(values).toEqual(['3']);
  });

  it('replaces by a later call too, and leaves other keys alone', async () => {
    const [first, other] = appendsTo(MEMORIES, { partition: 1, of: log() }, 2) as [LogAppend, LogAppend];
    const [position] = await log().append([first, other]);
    await log().append([{ ...first, value: 'later' }]);
    const records = await readAll(log(), position as NonNullable<typeof position>);
    expect(records.find(({ key }) => key === other.key)?.value).toBe(other.value);
    expect(records.filter(({ key }) => key === first.key).at(-1)?.value).toBe('later');
    if (traits.compaction === 'at-once') expect(records.filter(({ key }) => key === first.key)).toHaveLength(1);
  });

  it('shows a tombstone', async () => {
    const [append] = appendsTo(MEMORIES, { partition: 2, of: log() }) as [LogAppend];
    const values = await versionsOf(append, ['1', null]);
    expect(values.at(-1)).toBeNull();
  });

  it('keeps every record of a key on a topic that is not compacted', async () => {
    const [append] = appendsTo(TURNS, { partition: 2, of: log() }) as [LogAppend];
    expect(await versionsOf(append, ['1', '2', null])).toEqual(['1', '2', null]);
  });
}
