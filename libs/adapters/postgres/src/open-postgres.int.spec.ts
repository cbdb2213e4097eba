import { afterAll, describe, expect, it } from '@jest/globals';
import type { EventLog } from '@mneme/ports';
import { aNewSubject, aReservation, engineAddress } from '@mneme/testing';
import { openPostgres, type PostgresOptions } from './open-postgres.js';
import { ScratchLog } from './scratch-log.js';
import { ScratchSchema } from './scratch-schema.js';

const scratch = new ScratchSchema(engineAddress('postgres'));
afterAll(() => scratch.drop());

const log = new ScratchLog() as unknown as EventLog;
const open = async (given: Partial<PostgresOptions> = {}) =>
  scratch.closing(await openPostgres({ url: scratch.url, schema: scratch.schema, ...given }, { log }));

const PORTS = [
  'acceptedTurns',
  'accessCounts',
  'auditJournal',
  'catalogue',
  'controlStore',
  'erasureJournal',
  'issuerStore',
  'leases',
  'memorySurvey',
  'memoryVersions',
  'organisationStore',
  'subjectRegistry',
  'usageStore',
  'webhookStore',
];

describe('openPostgres', () => {
  it('opens one schema for several at once, each with every port', async () => {
    const [one, other] = await Promise.all([open(), open()]);
    const { check: _check, close: _close, ...ports } = one ?? {};
    expect(Object.keys(ports).sort()).toEqual(PORTS);
    const subject = aNewSubject();
    await one?.subjectRegistry.admit([subject]);
    expect(await other?.subjectRegistry.read(subject.tenantId, [subject.subjectId])).toHaveLength(1);
    await Promise.all([one, other].map((postgres) => postgres?.check(AbortSignal.timeout(5_000))));
  });

  it('keeps schemas apart, as a tenant with engines of its own needs it', async () => {
    const beside = new ScratchSchema(scratch.url);
    const [shared, own] = [await open(), await openPostgres({ url: beside.url, schema: beside.schema }, { log })];
    const subject = aNewSubject();
    await own.subjectRegistry.admit([subject]);
    expect(await shared.subjectRegistry.read(subject.tenantId, [subject.subjectId])).toEqual([]);
    await own.close();
    await beside.drop();
  });

  it('writes what waits when it is closed, once or twice, and is then unavailable', async () => {
    const postgres = await open();
    const turn = aReservation();
    await postgres.acceptedTurns.reserve([turn]);
    const { turnId, recordedAt } = turn;
    await postgres.acceptedTurns.mark([{ turnId, recordedAt, partition: 2, offset: 7 }]);
    await postgres.close();
    await postgres.close();
    const closed = { code: 'unavailable', retry: 'later' };
    await expect(postgres.acceptedTurns.reserve([turn])).rejects.toMatchObject(closed);
    const position = { partition: 2, offset: 7 };
    expect(await (await open()).acceptedTurns.reserve([turn])).toEqual([{ state: 'repeat', recordedAt, position }]);
  });

  it('tells every connection where it is, how long it may take, and how to plan', async () => {
    const database = await scratch.open([], { statementTimeoutMs: 1_234, applicationName: 'mneme-settings' });
    const names = ['search_path', 'statement_timeout', 'application_name', 'plan_cache_mode', 'jit', 'client_encoding'];
    const rows = await database.all<{ readonly value: string }>(
      {
        text: 'SELECT current_setting(name) AS value FROM unnest($1::text[]) WITH ORDINALITY AS t (name, at) ORDER BY at',
      },
      names,
    );
    const values = rows.map(({ value }) => value);
    expect(values).toEqual([scratch.schema, '1234ms', 'mneme-settings', 'force_custom_plan', 'off', 'UTF8']);
  });

  it('refuses in one line what is no address, and an engine that is not there', async () => {
    await expect(open({ url: 'db.example' })).rejects.toMatchObject({ code: 'invalid-input' });
    await expect(open({ schema: 'Not This' })).rejects.toMatchObject({ detail: { field: 'schema' } });
    await expect(open({ url: 'postgres://mneme:secret@127.0.0.1:1/memories' })).rejects.toMatchObject({
      message: 'PostgreSQL at 127.0.0.1:1/memories cannot be reached',
    });
  });
});
