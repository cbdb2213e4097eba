import { InvalidInput } from '@mneme/domain';

/** Where a server is, and how it may be named in messages. */
export interface PostgresAddress {
  readonly url: string;
  /** `host:port/database`, without credentials. */
  readonly shown: string;
}

const PORT = '5432';

// All that a client needs to reach a server. Whatever else an URL can say is decided here: a `search_path` or a timeout
// in it would quietly take the place of ours.
const PARAMETERS = ['host', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey'];

/** @throws InvalidInput that repeats nothing of the URL but the names of parameters. */
export function parsePostgresUrl(url: string): PostgresAddress {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !['postgres:', 'postgresql:'].includes(parsed.protocol)) {
    throw new InvalidInput('an URL like postgres://user:password@host:5432/database is expected', { field: 'url' });
  }
  const refused = [...parsed.searchParams.keys()].find((name) => !PARAMETERS.includes(name));
  if (refused !== undefined) {
    throw new InvalidInput(`the URL of PostgreSQL may say ${PARAMETERS.join(', ')} and nothing else`, {
      field: 'url',
      sent: refused,
    });
  }
  const database = parsed.pathname.slice(1);
  if (database === '') throw new InvalidInput('the URL of PostgreSQL names no database', { field: 'url' });
  const host = parsed.searchParams.get('host') ?? parsed.hostname;
  return { url, shown: `${host}:${parsed.port || PORT}/${database}` };
}

const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,62}$/;

/** @throws InvalidInput. */
export function checkSchemaName(schema: string): void {
  if (SCHEMA_NAME.test(schema) && !schema.startsWith('pg_')) return;
  throw new InvalidInput(
    'a schema is named by small letters, digits and _, at most 63 of them, not beginning with pg_',
    {
      field: 'schema',
    },
  );
}
