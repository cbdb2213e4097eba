import { afterEach, describe, expect, it } from '@jest/globals';
import { engineAddress } from '@mneme/testing';
import type { SchemaArea } from './migrate.js';
import { ScratchSchema } from './scratch-schema.js';

const OLD: SchemaArea = { area: 'things', migrations: ['CREATE TABLE things (name text PRIMARY KEY)'] };
const NEW: SchemaArea = { area: 'things', migrations: [...OLD.migrations, `INSERT INTO things VALUES ('step two')`] };
const OTHER: SchemaArea = { area: 'others', migrations: ['CREATE TABLE others (n int)'] };

const things = { text: 'SELECT name FROM things' };

describe('migrations', () => {
  const made: ScratchSchema[] = [];
  afterEach(async () => {
    for (const scratch of made.splice(0)) await scratch.drop();
  });
  const fresh = () => {
    const scratch = new ScratchSchema(engineAddress('postgres'));
    made.push(scratch);
    return scratch;
  };

  it('run once each when many processes start at once', async () => {
    const scratch = fresh();
    const [database] = await Promise.all(Array.from({ length: 8 }, () => scratch.open([NEW, OTHER])));
    expect(await database?.all(things)).toEqual([{ name: 'step two' }]);
  });

  it('go on from where the last release left the schema, each area by itself', async () => {
    const scratch = fresh();
    const before = await scratch.open([OLD]);
    expect(await before.all(things)).toEqual([]);
    await scratch.open([OTHER, NEW]);
    expect(await before.all(things)).toEqual([{ name: 'step two' }]);
  });

  it('are refused in one line by a release that is older than the schema, which stays as it is', async () => {
    const scratch = fresh();
    const database = await scratch.open([NEW]);
    await expect(scratch.open([OTHER, OLD])).rejects.toMatchObject({
      code: 'newer-version',
      retry: 'never',
      detail: { limit: 'schemaVersion=1', sent: '2' },
      message: expect.stringMatching(/^schema scratch_[0-9a-f]+ in PostgreSQL at [\w.:/]+ was made by a newer release/),
    });
    expect(await database.get({ text: `SELECT to_regclass('others') AS others` })).toEqual({ others: null });
  });

  it('leave nothing behind when a step fails', async () => {
    const scratch = fresh();
    const broken = { area: 'things', migrations: [...OLD.migrations, 'CREATE TABLE things (again int)'] };
    await expect(scratch.open([broken])).rejects.toThrow();
    const database = await scratch.open([NEW]);
    expect(await database.all(things)).toEqual([{ name: 'step two' }]);
  });

  it('do not wait for ever for one that hangs', async () => {
    const scratch = fresh();
    const slow = { area: 'things', migrations: ['SELECT pg_sleep(30)'] };
    await expect(scratch.open([slow], { migrationTimeoutMs: 200 })).rejects.toMatchObject({ code: 'timeout' });
    await scratch.open([NEW]);
  });
});
