import type { ClientConfig } from 'pg';
import { columnTypes } from './column-types.js';
import { PLANNER_SETTINGS } from './planner-settings.js';
import { checkSchemaName, parsePostgresUrl, type PostgresAddress } from './postgres-address.js';

export interface DatabaseLimits {
  /** Connections at most. */
  readonly poolSizeMax: number;
  /** Calls that may wait for one of them; one more is refused. */
  readonly waitingMax: number;
  /** How long a call waits for a connection, made or made free. */
  readonly connectTimeoutMs: number;
  /** How long an unused connection is kept. */
  readonly idleConnectionMs: number;
  /** After it the server ends a statement. */
  readonly statementTimeoutMs: number;
  /** After it the server ends a transaction in which nothing happens. */
  readonly idleInTransactionTimeoutMs: number;
  /** How often work that others stood in the way of is done again. */
  readonly retriesMax: number;
  /** How long the schema may take to be brought up to date, and others to wait for it. */
  readonly migrationTimeoutMs: number;
  /** Name of the connections in `pg_stat_activity`. */
  readonly applicationName: string;
}

export const DEFAULT_DATABASE_LIMITS: DatabaseLimits = {
  poolSizeMax: 10,
  waitingMax: 1_000,
  connectTimeoutMs: 5_000,
  idleConnectionMs: 30_000,
  statementTimeoutMs: 10_000,
  idleInTransactionTimeoutMs: 10_000,
  retriesMax: 5,
  migrationTimeoutMs: 300_000,
  applicationName: 'mneme',
};

export interface DatabaseOptions extends DatabaseLimits {
  readonly address: PostgresAddress;
  readonly schema: string;
}

/** @throws InvalidInput for an URL or a schema that cannot be one. */
export function databaseOptions(
  { url, schema }: { readonly url: string; readonly schema: string },
  limits: Partial<DatabaseLimits>,
): DatabaseOptions {
  checkSchemaName(schema);
  return { ...DEFAULT_DATABASE_LIMITS, ...limits, address: parsePostgresUrl(url), schema };
}

// The server ends a statement by itself; this is for a server that says nothing at all any more.
const SILENCE_MS = 5_000;

const SETTINGS = {
  client_encoding: 'UTF8',
  // A plan is made for the table as it is. One that was kept from when the table was empty reads all of it, for as long as
  // nobody has analysed it: forty times slower was measured, and it grows with the table.
  plan_cache_mode: 'force_custom_plan',
  // Compiling takes longer than any statement here.
  jit: 'off',
} as const;

/** Of each connection, whatever it is for. */
export function clientConfig(options: DatabaseOptions): ClientConfig {
  return {
    connectionString: options.address.url,
    options: Object.entries({ ...SETTINGS, ...PLANNER_SETTINGS, search_path: options.schema })
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
    application_name: options.applicationName,
    statement_timeout: options.statementTimeoutMs,
    query_timeout: options.statementTimeoutMs + SILENCE_MS,
    idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMs,
    connectionTimeoutMillis: options.connectTimeoutMs,
    keepAlive: true,
    types: columnTypes,
  };
}
