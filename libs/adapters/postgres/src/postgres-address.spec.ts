import { describe, expect, it } from '@jest/globals';
import { databaseOptions } from './database-options.js';
import { checkSchemaName, parsePostgresUrl } from './postgres-address.js';

describe('address of PostgreSQL', () => {
  it.each([
    ['postgres://mneme:secret@db.example:6432/memories', 'db.example:6432/memories'],
    ['postgresql://mneme@db.example/memories?sslmode=verify-full', 'db.example:5432/memories'],
    ['postgres://mneme@localhost/memories?host=/run/postgresql', '/run/postgresql:5432/memories'],
  ])('%s is shown as %s', (url, shown) => {
    expect(parsePostgresUrl(url)).toEqual({ url, shown });
  });

  it.each(['', 'db.example:5432', 'mysql://db/memories', 'postgres://mneme:secret@db.example'])(
    '%s is refused',
    (url) => {
      const refused = expect.objectContaining({
        code: 'invalid-input',
        message: expect.not.stringContaining('secret'),
      });
      expect(() => parsePostgresUrl(url)).toThrow(refused as never);
    },
  );

  it('may not bring settings that would take the place of ours', () => {
    for (const name of ['options', 'statement_timeout', 'application_name', 'search_path']) {
      const url = `postgres://mneme:secret@db.example/memories?${name}=-c`;
      expect(() => parsePostgresUrl(url)).toThrow(
        expect.objectContaining({ detail: { field: 'url', sent: name } }) as never,
      );
    }
  });

  it.each(['', 'Mneme', 'a-b', '1st', 'pg_mneme', 'a'.repeat(64), 'x"; DROP SCHEMA y'])(
    'no schema is called %s',
    (name) => {
      expect(() => checkSchemaName(name)).toThrow(expect.objectContaining({ detail: { field: 'schema' } }) as never);
    },
  );

  it('comes with limits, of which some may be given', () => {
    const options = databaseOptions({ url: 'postgres://db/memories', schema: 'mneme' }, { poolSizeMax: 3 });
    expect(options).toMatchObject({ schema: 'mneme', poolSizeMax: 3, statementTimeoutMs: 10_000 });
  });
});
