import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { isMemoryError, subjectRef } from '@mneme/domain';
import { aNewSubject, eventually } from '@mneme/testing';
import { Client } from 'pg';
import { CONTROL_SCHEMA } from './control-schema.js';
import { OwnServer } from './own-server.js';
import { PostgresSubjectRegistry } from './postgres-subject-registry.js';
import { ScratchSchema } from './scratch-schema.js';

const SLOW_MS = 60_000;
const UNAVAILABLE = { code: 'unavailable', retry: 'later' };

describe('a server of its own', () => {
  let server: OwnServer;
  let scratch: ScratchSchema;
  beforeAll(async () => {
    server = await OwnServer.start({ max_connections: 10, superuser_reserved_connections: 0 });
    scratch = new ScratchSchema(server.url);
  }, SLOW_MS);
  afterEach(() => scratch.close());
  afterAll(() => server.remove(), SLOW_MS);

  const sql = async (text: string, url = server.url) => {
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query(text).finally(() => client.end());
  };
  const workingAgain = (work: () => Promise<unknown>) =>
    eventually('the database works again', () =>
      work().then(
        () => true,
        (error: unknown) => {
          // Whatever comes meanwhile is an error of ours that asks for patience.
          if (!isMemoryError(error)) throw error;
          expect(error).toMatchObject({ retry: 'later' });
          return false;
        },
      ),
    );

  it.each(['fast', 'immediate'] as const)(
    'may be stopped (%s): calls fail, and go on by themselves when it is back, with all that was acknowledged',
    async (mode) => {
      const database = await scratch.open([CONTROL_SCHEMA]);
      const registry = new PostgresSubjectRegistry(database);
      const subject = aNewSubject();
      await registry.admit([subject]);
      const inFlight = expect(database.get({ text: 'SELECT pg_sleep(30)' })).rejects.toMatchObject(UNAVAILABLE);
      await eventually('the statement runs', async () => {
        const running = { text: `SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%sleep(30)'` };
        return (await database.get(running)) !== undefined;
      });
      await server.down(mode);
      await inFlight;
      await expect(registry.read(subject.tenantId, [subject.subjectId])).rejects.toMatchObject(UNAVAILABLE);
      const place = server.url.replace('postgres://mneme@', '');
      const checking = database.check(AbortSignal.timeout(5_000));
      await expect(checking).rejects.toMatchObject({ message: `PostgreSQL at ${place} cannot be reached` });
      await expect(scratch.open([CONTROL_SCHEMA])).rejects.toMatchObject(UNAVAILABLE);
      await server.up();
      await workingAgain(() => database.check(AbortSignal.timeout(5_000)));
      await workingAgain(() => registry.fence(subjectRef(subject.tenantId, subject.subjectId)));
      expect(await registry.read(subject.tenantId, [subject.subjectId])).toMatchObject([{ epoch: 2, state: 'fenced' }]);
    },
    SLOW_MS,
  );

  it('has no destroyed key in any file of its tables', async () => {
    const registry = new PostgresSubjectRegistry(await scratch.open([CONTROL_SCHEMA]));
    const subjects = Array.from({ length: 500 }, () => aNewSubject({ wrappedKey: randomBytes(60) }));
    await registry.admit(subjects);
    const erased = subjects.filter((_, i) => i % 50 === 7);
    await sql('CHECKPOINT');
    for (const { wrappedKey } of erased) expect(server.tableFilesWith(wrappedKey)).toHaveLength(1);
    for (const { tenantId, subjectId } of erased) {
      await registry.fence(subjectRef(tenantId, subjectId));
      await registry.destroyKey(subjectRef(tenantId, subjectId), 2);
    }
    await sql('CHECKPOINT');
    for (const { wrappedKey } of erased) expect(server.tableFilesWith(wrappedKey)).toEqual([]);
    const kept = subjects.filter((subject) => !erased.includes(subject));
    for (const { wrappedKey } of kept.slice(0, 20)) expect(server.tableFilesWith(wrappedKey)).toHaveLength(1);
  });

  it('says so when it has no connection left', async () => {
    const database = await scratch.open([CONTROL_SCHEMA], { poolSizeMax: 30 });
    const asked = Array.from({ length: 30 }, () => database.get({ text: 'SELECT pg_sleep(0.2)' }));
    const failed = (await Promise.allSettled(asked)).filter(({ status }) => status === 'rejected');
    expect(failed.length).toBeGreaterThan(0);
    for (const one of failed) expect(one).toMatchObject({ reason: { ...UNAVAILABLE, cause: { state: '53300' } } });
  });

  it('is refused when it may lose what it acknowledged, or keeps texts in another encoding', async () => {
    await sql('CREATE DATABASE hasty');
    await sql('ALTER DATABASE hasty SET synchronous_commit = off');
    await sql(`CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII'`);
    const openIn = (name: string) => new ScratchSchema(server.url.replace(/postgres$/, name)).open([CONTROL_SCHEMA]);
    await expect(openIn('hasty')).rejects.toMatchObject({ message: expect.stringContaining('synchronous_commit=off') });
    await expect(openIn('ascii')).rejects.toMatchObject({ message: expect.stringContaining('UTF8') });
    await expect(openIn('nowhere')).rejects.toMatchObject({
      ...UNAVAILABLE,
      message: expect.stringContaining('database'),
    });
  });

  it('lets a user in that owns the schema and may make none', async () => {
    const { schema } = scratch;
    await scratch.open([CONTROL_SCHEMA]);
    await sql(`CREATE ROLE owner LOGIN`);
    await sql(`DO $$ DECLARE name text; BEGIN
      EXECUTE 'ALTER SCHEMA ${schema} OWNER TO owner';
      FOR name IN SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = '${schema}'::regnamespace
      LOOP EXECUTE 'ALTER TABLE ' || name || ' OWNER TO owner'; END LOOP; END $$`);
    const asOwner = new ScratchSchema(server.url.replace('mneme@', 'owner@'), schema);
    const registry = new PostgresSubjectRegistry(await asOwner.open([CONTROL_SCHEMA]));
    const subject = aNewSubject();
    await registry.admit([subject]);
    await registry.fence(subjectRef(subject.tenantId, subject.subjectId));
    await registry.destroyKey(subjectRef(subject.tenantId, subject.subjectId), 2);
    await asOwner.close();
    const elsewhere = new ScratchSchema(server.url.replace('mneme@', 'owner@'));
    await expect(elsewhere.open([CONTROL_SCHEMA])).rejects.toMatchObject({ cause: { state: '42501' } });
    await expect(new ScratchSchema(server.url.replace('mneme@', 'nobody@')).open([])).rejects.toMatchObject({
      message: expect.stringContaining('refuses the user'),
    });
  });
});
