import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { TOPICS } from '@mneme/events';
import type { LogAppend, LogRecord } from '@mneme/ports';
import {
  appendsTo,
  eventually,
  readAll,
  removeTemporaryDirectories,
  temporaryDirectory,
  TestProcess,
} from '@mneme/testing';
import { openDatabase } from './database.js';
import { openSqlite } from './open-sqlite.js';
import { SqliteEventLog } from './sqlite-event-log.js';
import { LOG_MIGRATIONS, SqliteLogTables } from './sqlite-log-tables.js';

const topic = TOPICS.turns.name;
removeTemporaryDirectories();

describe('the log of a process that is killed', () => {
  const ROUNDS = 4;
  const ACKS_A_ROUND = 300;

  const readBack = async (directory: string) => {
    const sqlite = openSqlite(directory);
    const records: LogRecord[] = [];
    for (let partition = 0; partition < sqlite.log.partitionCount; partition++) {
      records.push(...(await readAll(sqlite.log, { topic, partition, offset: 0 }, 1_000)));
    }
    await sqlite.close();
    return records;
  };

  it('has every acknowledged record once, in its place, and of each call all or nothing', async () => {
    const directory = temporaryDirectory();
    const acknowledged: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const writer = new TestProcess(new URL('append-until-killed.mjs', import.meta.url), [directory]);
      await eventually('the writer has written', () => writer.lines.length > ACKS_A_ROUND + 37 * round);
      await writer.kill();
      acknowledged.push(...writer.lines.filter((line) => line.split(' ').length === 3));
      const records = await readBack(directory);
      const found = new Set(records.map(({ partition, offset, key }) => `${partition} ${offset} ${key}`));
      expect(acknowledged.filter((line) => !found.has(line))).toEqual([]);
      expect(new Set(records.map(({ key }) => key)).size).toBe(records.length);
      expect(incompleteCalls(records)).toEqual([]);
    }
  }, 60_000);

  function incompleteCalls(records: readonly LogRecord[]): readonly string[] {
    const counts = new Map<string, number>();
    for (const { key } of records) {
      const [call, , count] = key.split('/');
      const name = `${call}/${count}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return [...counts].filter(([name, count]) => Number(name.split('/')[1]) !== count).map(([name]) => name);
  }
});

describe('the log on a full disk', () => {
  const opened: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of opened.splice(0)) await close();
  });
  /** A log that has room for about 100 KB more. */
  const fullLog = () => {
    const db = openDatabase(join(temporaryDirectory(), 'log.db'), { migrations: LOG_MIGRATIONS });
    const log = new SqliteEventLog(new SqliteLogTables(db, 4));
    const { page_count: pages } = db.prepare('PRAGMA page_count').get() as { page_count: number };
    const allow = (more: number) => void db.prepare(`PRAGMA max_page_count = ${pages + more}`).get();
    opened.push(async () => {
      await log.close();
      db.close();
    });
    allow(25);
    return { log, allow };
  };
  const big = (of: SqliteEventLog, bytes: number): LogAppend[] =>
    appendsTo(topic, { partition: 0, of }, 10).map((append) => ({ ...append, value: 'x'.repeat(bytes / 10) }));

  it('refuses with storage-full, has written nothing of the call, and works again when there is room', async () => {
    const { log, allow } = fullLog();
    const [kept] = await log.append(appendsTo(topic, { partition: 0, of: log }));
    await expect(log.append(big(log, 500_000))).rejects.toMatchObject({ code: 'storage-full', retry: 'later' });
    expect(await readAll(log, { topic, partition: 0, offset: 0 })).toHaveLength(1);
    expect((await log.endOffsets(topic))[0]).toBe((kept?.offset ?? NaN) + 1);
    allow(1_000);
    const again = await log.append(big(log, 500_000));
    expect(again.map(({ offset }) => offset)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(await readAll(log, { topic, partition: 0, offset: 0 })).toHaveLength(11);
  });

  it('refuses the call that has no room and takes those made beside it', async () => {
    const { log } = fullLog();
    const small = () => log.append(appendsTo(topic, { partition: 0, of: log }));
    const [before, huge, after] = await Promise.allSettled([small(), log.append(big(log, 500_000)), small()]);
    expect([before.status, after.status]).toEqual(['fulfilled', 'fulfilled']);
    expect(huge).toMatchObject({ status: 'rejected', reason: { code: 'storage-full' } });
    expect((await readAll(log, { topic, partition: 0, offset: 0 })).map(({ offset }) => offset)).toEqual([0, 1]);
  });

  it('does not lose the commits of a group', async () => {
    const { log, allow } = fullLog();
    const group = randomUUID();
    await log.append(appendsTo(topic, { partition: 0, of: log }));
    let committed = false;
    const onBatch = async (batch: Parameters<Parameters<SqliteEventLog['consume']>[1]>[0]) => {
      await batch.commit(1);
      committed = true;
    };
    allow(0);
    await expect(log.append(big(log, 500_000))).rejects.toMatchObject({ code: 'storage-full' });
    allow(25);
    await log.consume({ group, topic, batchRecordsMax: 10 }, onBatch, () => undefined);
    await eventually('the batch is committed', () => committed);
    expect((await log.committedOffsets(group, topic))[0]).toBe(1);
  });
});
