import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { type MemoryId, TOPICS } from '@mneme/events';
import { memoryKeyOf } from '@mneme/domain';
import { engineAddress, eventually, memoryVersionsContract, randomMemoryId } from '@mneme/testing';
import fc from 'fast-check';
import { CATALOGUE_SCHEMA } from './catalogue-schema.js';
import type { Database } from './database.js';
import type { MemoryKeysLimits } from './memory-keys.js';
import { PostgresMemoryVersions } from './postgres-memory-versions.js';
import { ScratchLog } from './scratch-log.js';
import { ScratchSchema } from './scratch-schema.js';

const TOPIC = TOPICS.memories.name;
const KEPT_MS = TOPICS.memories.retention.tombstoneRetentionMs;
const url = engineAddress('postgres');
const used: ScratchSchema[] = [];

/** One log with a schema of its own: what is noted of a log is of that log alone. */
function aWorld(log = new ScratchLog()) {
  const scratch = new ScratchSchema(url);
  used.push(scratch);
  /** As another process would have it. */
  const open = async (limits: Partial<MemoryKeysLimits> = {}) => {
    const db = await scratch.open([CATALOGUE_SCHEMA]);
    return { db, log, memoryVersions: new PostgresMemoryVersions(db, log, limits) };
  };
  return { log, open };
}

const drop = () => Promise.all(used.splice(0).map((scratch) => scratch.drop()));

describe.each(['at-once', 'later'] as const)('where compaction is %s', (compaction) => {
  const scratch = new ScratchSchema(url);
  afterAll(() => scratch.drop());
  memoryVersionsContract(async () => {
    const db = await scratch.open([CATALOGUE_SCHEMA]);
    const log = new ScratchLog(4, compaction);
    return { log, memoryVersions: new PostgresMemoryVersions(db, log, { pageRecords: 3 }) };
  });
});

describe('memory versions in PostgreSQL', () => {
  afterEach(drop);
  const of = (memoryId: MemoryId, version: number, value: string | null = `value of ${version}`) => {
    return { topic: TOPIC, partition: 0, key: memoryKeyOf({ memoryId, version }), value };
  };
  const noted = (db: Database) =>
    db.all({ text: 'SELECT key, record_offset AS "offset" FROM memory_keys ORDER BY key' });
  const setMark = (db: Database, ageMs: number) =>
    db.run({ text: 'UPDATE memory_key_marks SET caught_up_at_ms = caught_up_at_ms - $1' }, ageMs);

  it('read of the log only what is new, and the values that are asked for', async () => {
    const { log, open } = aWorld();
    const { memoryVersions } = await open();
    const [one, two] = [randomMemoryId(), randomMemoryId()];
    await log.append(Array.from({ length: 30 }, (_, version) => of(one, version)));
    await memoryVersions.published(0, ['k']);
    await log.append([of(two, 1)]);
    log.reads.length = 0;
    expect(await memoryVersions.living(0, [two])).toHaveLength(1);
    expect(log.reads).toEqual(['30+1000', '30+1']);
    log.reads.length = 0;
    expect(await memoryVersions.living(0, [randomMemoryId()])).toEqual([]);
    expect(log.reads).toEqual([]);
  });

  it('keep no value', async () => {
    const { log, open } = aWorld();
    const { db, memoryVersions } = await open();
    await log.append([of(randomMemoryId(), 1, 'sealed-text')]);
    await memoryVersions.published(0, ['k']);
    const row = await db.get({
      text: `SELECT count(*) AS count FROM memory_keys WHERE memory_keys::text LIKE '%sealed%'`,
    });
    expect(row).toEqual({ count: 0 });
    expect(await noted(db)).toHaveLength(1);
  });

  it('are the same in every process, whatever comes in between', async () => {
    const ids = Array.from({ length: 4 }, () => randomMemoryId());
    const [id, version] = [fc.nat({ max: 3 }), fc.integer({ min: 1, max: 12 })];
    const step = fc.oneof(
      fc.record({ do: fc.constant('put' as const), id, version }),
      fc.record({ do: fc.constant('take' as const), id, version }),
      fc.record({ do: fc.constant('compact' as const) }),
      fc.record({ do: fc.constant('ask' as const) }),
    );
    const property = fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 4 }),
      async (steps, pageRecords) => {
        const { log, open } = aWorld();
        const processes = [await open({ pageRecords }), await open({ pageRecords: pageRecords + 1 }), await open()];
        const truth = new Map<string, string | null>();
        const asked: Promise<unknown>[] = [];
        for (const [at, one] of steps.entries()) {
          if (one.do === 'compact') log.compact();
          else if (one.do === 'ask')
            asked.push(...processes.map(({ memoryVersions }) => memoryVersions.living(0, ids)));
          else {
            const append = of(ids[one.id] as MemoryId, one.version, one.do === 'put' ? `${at}` : null);
            await log.append([append]);
            truth.set(append.key, append.value);
          }
        }
        await Promise.all(asked);
        const living = [...truth].filter(([, value]) => value !== null);
        for (const { memoryVersions } of processes) {
          const found = await memoryVersions.living(0, ids);
          expect(new Map(found.map(({ key, value }) => [key, value]))).toEqual(new Map(living));
          expect(await memoryVersions.published(0, [...truth.keys(), 'k'])).toEqual(new Set(truth.keys()));
        }
        await drop();
      },
    );
    await fc.assert(property, { numRuns: 8 });
  });

  it('note each record once when processes catch up at the same time', async () => {
    const { log, open } = aWorld();
    const processes = [
      await open({ pageRecords: 7 }),
      await open({ pageRecords: 11 }),
      await open({ pageRecords: 13 }),
    ];
    const ids = Array.from({ length: 300 }, () => randomMemoryId());
    const positions = await log.append(ids.map((memoryId) => of(memoryId, 1)));
    const found = await Promise.all(processes.map(({ memoryVersions }) => memoryVersions.living(0, ids.slice(-5))));
    for (const records of found) expect(records.map(({ offset }) => offset)).toEqual([295, 296, 297, 298, 299]);
    const { db } = processes[0] as (typeof processes)[0];
    const expected = ids.map((memoryId, at) => ({ key: of(memoryId, 1).key, offset: positions[at]?.offset }));
    expect(await noted(db)).toEqual(expected.sort((a, b) => (a.key < b.key ? -1 : 1)));
  });

  it('are not misled by another process that notes more meanwhile', async () => {
    const { log, open } = aWorld();
    const [{ db }, other] = [await open(), await open()];
    const [one, two] = [randomMemoryId(), randomMemoryId()];
    await log.append([of(one, 1)]);
    await other.memoryVersions.published(0, ['k']);
    const overtaken = {
      read: log.read.bind(log),
      endOffsets: async (...asked: Parameters<ScratchLog['endOffsets']>) => {
        const ends = await log.endOffsets(...asked);
        await log.append([of(two, 1)]);
        await other.memoryVersions.published(0, ['k']);
        return ends;
      },
    };
    expect(await new PostgresMemoryVersions(db, overtaken).living(0, [one])).toHaveLength(1);
  });

  it('see what is replaced and compacted while they are looked for', async () => {
    const { log, open } = aWorld();
    const { db } = await open();
    const id = randomMemoryId();
    await log.append([of(id, 1, 'first')]);
    let isMeddling = true;
    const meddled = {
      endOffsets: log.endOffsets.bind(log),
      read: async (...asked: Parameters<ScratchLog['read']>) => {
        if (isMeddling && asked[1] === 1) {
          isMeddling = false;
          await log.append([of(id, 1, 'second')]);
          log.compact();
        }
        return log.read(...asked);
      },
    };
    const found = await new PostgresMemoryVersions(db, meddled).living(0, [id]);
    expect(found.map(({ value }) => value)).toEqual(['second']);
  });

  it('let go of tombstones when the log does', async () => {
    const { log, open } = aWorld();
    const { db, memoryVersions } = await open({ forgetKeysMax: 2 });
    const [old, fresh] = [randomMemoryId(), randomMemoryId()];
    const now = log.nowMs;
    log.nowMs = now - KEPT_MS - 60_000;
    await log.append([1, 2, 3].flatMap((version) => [of(old, version), of(old, version, null)]));
    log.nowMs = now - KEPT_MS + 3_600_000;
    await log.append([of(fresh, 1), of(fresh, 1, null)]);
    for (let round = 0; round < 2; round++) {
      await memoryVersions.published(0, ['k']);
      await log.append([of(randomMemoryId(), 1)]);
    }
    const keys = [of(fresh, 1).key, ...[1, 2, 3].map((version) => of(old, version).key)];
    expect(await memoryVersions.published(0, keys)).toEqual(new Set([of(fresh, 1).key]));
    expect((await noted(db)).length).toBe(3);
  });

  it('begin anew when tombstones may have come and gone unread', async () => {
    const { log, open } = aWorld();
    const { db, memoryVersions } = await open({ forgetKeysMax: 1 });
    const [taken, kept] = [randomMemoryId(), randomMemoryId()];
    await log.append([of(taken, 1), of(taken, 2), of(kept, 1)]);
    expect(await memoryVersions.living(0, [taken, kept])).toHaveLength(3);
    await log.append([of(taken, 1, null), of(taken, 2, null), of(kept, 2)]);
    log.compact(Infinity);
    await setMark(db, KEPT_MS + 1);
    expect((await memoryVersions.living(0, [taken, kept])).map(({ key }) => key)).toEqual([
      of(kept, 1).key,
      of(kept, 2).key,
    ]);
    expect(await noted(db)).toHaveLength(2);
    log.reads.length = 0;
    await memoryVersions.published(0, ['k']);
    expect(log.reads).toEqual([]);
  });

  it('forget what the log has no more, though nobody said so', async () => {
    const { log, open } = aWorld();
    const { db, memoryVersions } = await open();
    const [lost, kept] = [randomMemoryId(), randomMemoryId()];
    await log.append([of(lost, 1), of(kept, 1)]);
    await memoryVersions.published(0, ['k']);
    await log.append([of(lost, 1, null), of(kept, 2)]);
    log.compact(Infinity);
    expect((await memoryVersions.living(0, [lost, kept])).map(({ key }) => key)).toEqual([
      of(kept, 1).key,
      of(kept, 2).key,
    ]);
    expect(await noted(db)).toHaveLength(2);
  });

  it('stay as they were while a log is idle, however long', async () => {
    const { log, open } = aWorld();
    const { db, memoryVersions } = await open();
    const id = randomMemoryId();
    await log.append([of(id, 1)]);
    await memoryVersions.published(0, ['k']);
    await setMark(db, 2 * KEPT_MS);
    log.reads.length = 0;
    await memoryVersions.published(0, ['k']);
    expect(log.reads).toEqual([]);
    await log.append([of(id, 2)]);
    await memoryVersions.published(0, ['k']);
    expect(log.reads).toEqual(['1+1000']);
  });

  it('are noted without being asked for, where a process follows the log', async () => {
    const { log, open } = aWorld();
    const { db, memoryVersions } = await open();
    const follower = memoryVersions.follow(1);
    await log.append([of(randomMemoryId(), 1), { ...of(randomMemoryId(), 1), partition: 3 }]);
    await eventually('both partitions are noted', async () => (await noted(db)).length === 2);
    await follower.stop();
  });

  it('are refused when the log ends before what was noted of it, and where there is no such partition', async () => {
    const { log, open } = aWorld();
    const { db, memoryVersions } = await open();
    await log.append([of(randomMemoryId(), 1)]);
    await memoryVersions.published(0, ['k']);
    const other = new PostgresMemoryVersions(db, new ScratchLog());
    await expect(other.published(0, ['k'])).rejects.toMatchObject({ code: 'unavailable', retry: 'later' });
    await expect(memoryVersions.living(9, [randomMemoryId()])).rejects.toMatchObject({
      detail: { field: 'partition' },
    });
  });
});
