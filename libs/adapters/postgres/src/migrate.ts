import { Client } from 'pg';
import { Corrupt, Unavailable } from '@mneme/domain';
import { clientConfig, type DatabaseOptions } from './database-options.js';
import { mapPostgresError } from './postgres-errors.js';

/** A part of the schema that grows on its own: its name, and the SQL of each version in order, only ever added to. */
export interface SchemaArea {
  readonly area: string;
  readonly migrations: readonly string[];
}

/**
 * Makes the schema, or brings it up to date, all areas in one transaction. Many processes may do it at once: one works,
 * the others wait for it and then find nothing to do.
 * @throws Corrupt `newer-version` when a later release made the schema, which is then left as it is; Unavailable when the
 * server cannot be reached, is too old or keeps texts in another encoding.
 */
export async function migrate(options: DatabaseOptions, areas: readonly SchemaArea[]): Promise<void> {
  const timeoutMs = options.migrationTimeoutMs;
  const client = new Client({ ...clientConfig(options), statement_timeout: timeoutMs, query_timeout: timeoutMs });
  // What breaks the connection also fails the statement that runs on it.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await refuseServer(client, options);
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [MIGRATION_LOCK, options.schema]);
    await makeVersions(client, options);
    for (const area of areas) await bringUpToDate(client, area, options);
    await client.query('COMMIT');
  } catch (error) {
    throw mapPostgresError(error, options.address.shown);
  } finally {
    await client.end().catch(() => undefined);
  }
}

// Any number that nobody else in the database takes for their locks.
const MIGRATION_LOCK = 0x6d6e656d;
const SERVER_VERSION_MIN = 150_000;

async function refuseServer(client: Client, { address }: DatabaseOptions): Promise<void> {
  const { rows } = await client.query<ServerSettings>(`
    SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding,
      current_setting('synchronous_commit') AS "synchronousCommit"`);
  const { version, encoding, synchronousCommit } = rows[0] as ServerSettings;
  const refuse = (what: string) => new Unavailable(`PostgreSQL at ${address.shown} ${what}`);
  if (version < SERVER_VERSION_MIN)
    throw refuse(`is of version ${Math.floor(version / 10_000)}; 15 or newer is needed`);
  if (encoding !== 'UTF8') throw refuse(`keeps texts as ${encoding}; a database with encoding UTF8 is needed`);
  if (synchronousCommit === 'off') throw refuse('runs with synchronous_commit=off and may lose what it acknowledged');
}

interface ServerSettings {
  readonly version: number;
  readonly encoding: string;
  readonly synchronousCommit: string;
}

async function makeVersions(client: Client, { schema }: DatabaseOptions): Promise<void> {
  // To ask first lets a user in that owns the schema but may make none.
  const { rows } = await client.query<{ there: boolean }>('SELECT to_regnamespace($1) IS NOT NULL AS there', [schema]);
  if (rows[0]?.there !== true) await client.query(`CREATE SCHEMA "${schema}"`);
  await client.query(
    `CREATE TABLE IF NOT EXISTS "${schema}".schema_versions (area text PRIMARY KEY, version integer NOT NULL)`,
  );
}

async function bringUpToDate(
  client: Client,
  { area, migrations }: SchemaArea,
  options: DatabaseOptions,
): Promise<void> {
  const text = 'SELECT version FROM schema_versions WHERE area = $1';
  const { rows } = await client.query<{ readonly version: number }>(text, [area]);
  const version = rows[0]?.version ?? 0;
  if (version > migrations.length) throw newer(version, migrations.length, options);
  for (const step of migrations.slice(version)) await client.query(step);
  await client.query(
    `INSERT INTO schema_versions (area, version) VALUES ($1, $2)
     ON CONFLICT (area) DO UPDATE SET version = excluded.version`,
    [area, migrations.length],
  );
}

function newer(version: number, known: number, { address, schema }: DatabaseOptions): Corrupt {
  return new Corrupt(
    `schema ${schema} in PostgreSQL at ${address.shown} was made by a newer release: it is version ${version}, ` +
      `this one knows ${known}; run the newer release, or restore a backup made before the upgrade`,
    { limit: `schemaVersion=${known}`, sent: String(version) },
    'newer-version',
  );
}
