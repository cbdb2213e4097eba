import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { engineAddress, eventually } from '@mneme/testing';
import type { Database } from './database.js';
import { ScratchSchema } from './scratch-schema.js';

const NUMBERS = {
  area: 'numbers',
  migrations: [
    'CREATE TABLE numbers (n bigint PRIMARY KEY, bytes bytea)',
    'ALTER TABLE numbers ADD COLUMN at bigint[]',
  ],
};
const put = {
  name: 'numbers.put',
  text: 'INSERT INTO numbers (n, bytes) SELECT * FROM unnest($1::bigint[], $2::bytea[])',
};
const add = { name: 'numbers.add', text: 'INSERT INTO numbers (n, at) VALUES ($1, $2)' };
const all = { name: 'numbers.all', text: 'SELECT n FROM numbers ORDER BY n' };
const touch = { name: 'numbers.touch', text: 'UPDATE numbers SET at = $2 WHERE n = $1' };
const sleep = { text: 'SELECT pg_sleep($1)' };
const fail = (state: string) => ({ text: `DO $$ BEGIN RAISE SQLSTATE '${state}'; END $$` });

const LATER = { retry: 'later' };

describe('database', () => {
  const scratch = new ScratchSchema(engineAddress('postgres'));
  afterEach(() => scratch.close());
  afterAll(() => scratch.drop());
  const numbersOf = async (database: Database) => (await database.all<{ n: number }>(all)).map(({ n }) => n);

  it('writes and reads arrays of numbers and bytes', async () => {
    const database = await scratch.open([NUMBERS]);
    const bytes = [new Uint8Array([0, 255]), new Uint8Array()];
    expect(await database.run(put, [1, 2 ** 52], bytes)).toBe(2);
    expect(await database.run(add, 3, [1, 2 ** 40])).toBe(1);
    expect(await database.all({ text: 'SELECT * FROM numbers ORDER BY n' })).toEqual([
      { n: 1, bytes: Buffer.from([0, 255]), at: null },
      { n: 3, bytes: null, at: [1, 2 ** 40] },
      { n: 2 ** 52, bytes: Buffer.from([]), at: null },
    ]);
    await database.check(AbortSignal.timeout(5_000));
  });

  it('gives no number that would be another one', async () => {
    const database = await scratch.open([NUMBERS]);
    await expect(database.get({ text: 'SELECT 9007199254740993::bigint' })).rejects.toMatchObject({ code: 'corrupt' });
    expect(await database.get({ text: 'SELECT 5::bigint AS n' })).toEqual({ n: 5 });
  });

  it('keeps all of a transaction or nothing', async () => {
    const database = await scratch.open([NUMBERS]);
    const before = await numbersOf(database);
    const refused = database.transaction(async (queries) => {
      await queries.run(add, 10, []);
      throw new RangeError('no');
    });
    await expect(refused).rejects.toThrow(RangeError);
    const swallowed = database.transaction(async (queries) => {
      await queries.run(add, 11, []);
      await queries.run(add, 11, []).catch(() => undefined);
    });
    await expect(swallowed).rejects.toThrow('swallowed');
    expect(await numbersOf(database)).toEqual(before);
    await database.transaction((queries) => queries.run(add, 12, []));
    expect(await numbersOf(database)).toContain(12);
  });

  it('keeps nothing of a transaction whose connection is ended in its middle, and goes on with another one', async () => {
    const [database, other] = [await scratch.open([NUMBERS], { poolSizeMax: 1 }), await scratch.open([NUMBERS])];
    const ended = database.transaction(async (queries) => {
      await queries.run(add, 20, []);
      const row = await queries.get<{ pid: number }>({ text: 'SELECT pg_backend_pid() AS pid' });
      await other.get({ text: 'SELECT pg_terminate_backend($1)' }, row?.pid ?? 0);
      await queries.run(add, 21, []);
    });
    await expect(ended).rejects.toMatchObject({ code: 'unavailable', ...LATER });
    expect(await numbersOf(database)).toEqual(expect.not.arrayContaining([20, 21]));
  });

  it('runs again the one of two transactions that waited for each other and was chosen to give way', async () => {
    const [one, other] = [await scratch.open([NUMBERS]), await scratch.open([NUMBERS])];
    for (const n of [30, 31]) await one.run(add, n, []);
    let [runs, holders] = [0, 0];
    const work = (database: Database, [first, second]: readonly [number, number]) =>
      database.transaction(async (queries) => {
        runs += 1;
        await queries.run(touch, first, [first]);
        holders += 1;
        if (runs <= 2) await eventually('both hold a row', () => holders >= 2);
        await queries.run(touch, second, [first]);
      });
    await Promise.all([work(one, [30, 31]), work(other, [31, 30])]);
    expect(runs).toBe(3);
  });

  it('gives up after so many times, and runs nothing else again', async () => {
    const database = await scratch.open([NUMBERS], { retriesMax: 2 });
    const runsOf = async (state: string) => {
      let runs = 0;
      const work = database.transaction(async (queries) => {
        runs += 1;
        await queries.run(fail(state));
      });
      await work.catch(() => undefined);
      return runs;
    };
    expect(await runsOf('40001')).toBe(3);
    expect(await runsOf('40P01')).toBe(3);
    expect(await runsOf('23505')).toBe(1);
    await expect(database.run(fail('40001'))).rejects.toMatchObject({ code: 'unavailable', ...LATER });
  });

  it('ends what takes too long, and what is left open, and can be used after it', async () => {
    const limits = { poolSizeMax: 1, statementTimeoutMs: 100, idleInTransactionTimeoutMs: 100 };
    const database = await scratch.open([NUMBERS], limits);
    await expect(database.get(sleep, 20)).rejects.toMatchObject({ code: 'timeout', ...LATER });
    const idle = database.transaction(async (queries) => {
      await queries.run(add, 40, []);
      await new Promise((resolve) => setTimeout(resolve, 500));
      await queries.run(add, 41, []);
    });
    await expect(idle).rejects.toMatchObject(LATER);
    expect(await numbersOf(database)).toEqual(expect.not.arrayContaining([40, 41]));
  });

  it('lets as many wait for a connection as may, and no longer than they may', async () => {
    const database = await scratch.open([NUMBERS], { poolSizeMax: 1, waitingMax: 1, connectTimeoutMs: 200 });
    let release: () => void = () => undefined;
    const held = database.transaction((queries) =>
      queries.get(all).then(() => new Promise<void>((resolve) => (release = resolve))),
    );
    await eventually('the connection is taken', () => release.length === 1);
    const waiting = expect(database.get(all)).rejects.toMatchObject({ code: 'unavailable', ...LATER });
    await expect(database.get(all)).rejects.toMatchObject({ detail: { limit: 'waitingMax=1' }, ...LATER });
    await waiting;
    release();
    await held;
    await database.check(AbortSignal.timeout(5_000));
  });

  it('says in one line why it is not ready: silent, read-only, without its tables, closed', async () => {
    const database = await scratch.open([NUMBERS]);
    const checking = (signal = AbortSignal.timeout(5_000)) => expect(database.check(signal)).rejects;
    await checking(AbortSignal.abort()).toMatchObject({ message: expect.stringContaining('did not answer in time') });
    const standby = new ScratchSchema(`${engineAddress('postgres')}`, scratch.schema);
    const reading = await standby.open([NUMBERS], { poolSizeMax: 1 });
    await reading.run({ text: 'SET default_transaction_read_only = on' });
    await expect(reading.check(AbortSignal.timeout(5_000))).rejects.toMatchObject({
      message: expect.stringContaining('can only be read'),
    });
    await standby.close();
    await database.run({ text: 'ALTER TABLE schema_versions RENAME TO gone' });
    await checking().toMatchObject({ code: 'unavailable', message: expect.stringContaining('lost a table') });
    await database.run({ text: 'ALTER TABLE gone RENAME TO schema_versions' });
    await database.close();
    await checking().toMatchObject({ code: 'unavailable' });
  });

  it('goes on when a table has changed under a prepared statement', async () => {
    const [database, newer] = [await scratch.open([NUMBERS], { poolSizeMax: 1 }), await scratch.open([NUMBERS])];
    const whole = { name: 'numbers.whole', text: 'SELECT * FROM numbers' };
    await database.all(whole);
    await newer.run({ text: 'ALTER TABLE numbers ADD COLUMN later text' });
    await database.all(whole).catch((error: unknown) => expect(error).toMatchObject(LATER));
    expect((await database.all(whole))[0]).toHaveProperty('later');
  });
});
