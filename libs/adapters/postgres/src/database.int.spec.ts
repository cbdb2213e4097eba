import { afterAll, describe, expect, it } from '@jest/globals';
import { engineAddress } from '@mneme/testing';
import { ScratchSchema } from './scratch-schema.js';

const scratch = new ScratchSchema(engineAddress('postgres'));
afterAll(() => scratch.drop());

const NUMBERS = { area: 'numbers', migrations: ['CREATE TABLE numbers (n bigint PRIMARY KEY, bytes bytea)'] };
const put = {
  name: 'numbers.put',
  text: 'INSERT INTO numbers (n, bytes) SELECT * FROM unnest($1::bigint[], $2::bytea[])',
};
const all = { name: 'numbers.all', text: 'SELECT n, bytes FROM numbers ORDER BY n' };

describe('database', () => {
  it('writes and reads arrays of numbers and bytes', async () => {
    const db = await scratch.open([NUMBERS]);
    expect(await db.run(put, [1, 2 ** 52], [new Uint8Array([0, 255]), new Uint8Array()])).toBe(2);
    expect(await db.all(all)).toEqual([
      { n: 1, bytes: Buffer.from([0, 255]) },
      { n: 2 ** 52, bytes: Buffer.from([]) },
    ]);
    await db.check(AbortSignal.timeout(5_000));
  });
});
