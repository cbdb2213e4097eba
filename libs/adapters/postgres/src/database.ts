import { setTimeout as wait } from 'node:timers/promises';
import { Pool, type PoolClient, type QueryResult, type QueryResultRow } from 'pg';
import { Unavailable } from '@mneme/domain';
import { clientConfig, type DatabaseOptions } from './database-options.js';
import { breaksConnection, isTransient, mapPostgresError } from './postgres-errors.js';
import type { Statement } from './statements.js';

export type Value =
  string | number | boolean | null | Uint8Array | readonly (string | number | boolean | null | Uint8Array)[];

/** What runs statements: a pool, or one transaction on it. */
export interface Queries {
  all<Row extends object>(statement: Statement, ...values: readonly Value[]): Promise<readonly Row[]>;
  /** The first row, undefined when there is none. */
  get<Row extends object>(statement: Statement, ...values: readonly Value[]): Promise<Row | undefined>;
  /** How many rows it changed. */
  run(statement: Statement, ...values: readonly Value[]): Promise<number>;
}

const RETRY_WAIT_MS_MAX = 50;

/** A bounded pool of connections that all look into one schema. Each statement alone is a transaction of its own. */
export class Database implements Queries {
  private readonly pool: Pool;

  constructor(private readonly options: DatabaseOptions) {
    this.pool = new Pool({
      ...clientConfig(options),
      max: options.poolSizeMax,
      connectionTimeoutMillis: options.connectTimeoutMs,
      idleTimeoutMillis: options.idleConnectionMs,
    });
    // An idle connection that breaks is taken out of the pool; unheard, it would end the process.
    this.pool.on('error', () => undefined);
  }

  async all<Row extends object>(statement: Statement, ...values: readonly Value[]): Promise<readonly Row[]> {
    return (await this.alone<Row>(statement, values)).rows;
  }

  async get<Row extends object>(statement: Statement, ...values: readonly Value[]): Promise<Row | undefined> {
    return (await this.alone<Row>(statement, values)).rows[0];
  }

  async run(statement: Statement, ...values: readonly Value[]): Promise<number> {
    return (await this.alone(statement, values)).rowCount ?? 0;
  }

  /**
   * Runs `work` in one transaction on one connection: all of it is kept or, when it throws, none. It sees what others
   * have committed before each statement; what it relies on it locks. When others stand in its way it is run again from
   * the beginning, at most `retriesMax` times: it does nothing but ask `queries`, and asks nothing else in this database.
   */
  async transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    return this.retried(() =>
      this.connected(async (client) => {
        await client.query('BEGIN');
        try {
          const result = await work(new Transaction(client));
          await commit(client);
          return result;
        } catch (error) {
          // One that fails leaves the connection within the transaction: it is closed then.
          await client.query('ROLLBACK').catch(() => undefined);
          throw error;
        }
      }),
    );
  }

  /** @throws Unavailable when the engine does not answer before `signal`, has lost the schema or can only be read. */
  async check(signal: AbortSignal): Promise<void> {
    const answered = new AbortController();
    const silence = new Promise<never>((_, reject) => {
      const giveUp = () => reject(this.unavailable('did not answer in time', signal.reason));
      if (signal.aborted) giveUp();
      signal.addEventListener('abort', giveUp, { signal: answered.signal });
    });
    try {
      const row = await Promise.race([this.get<{ readonly isReadOnly: boolean }>(READY), silence]);
      if (row?.isReadOnly !== false) throw this.unavailable('can only be read');
    } finally {
      answered.abort();
    }
  }

  /** Waits for what is running and closes all connections. */
  async close(): Promise<void> {
    if (!this.pool.ending) await this.pool.end();
  }

  private alone<Row extends object>(
    statement: Statement,
    values: readonly Value[],
  ): Promise<QueryResult<Row & QueryResultRow>> {
    return this.retried(() => this.connected((client) => ask<Row>(client, statement, values)));
  }

  private async retried<T>(work: () => Promise<T>): Promise<T> {
    for (let retries = 0; ; retries++) {
      try {
        return await work();
      } catch (error) {
        if (!isTransient(error) || retries >= this.options.retriesMax) {
          throw mapPostgresError(error, this.options.address.shown);
        }
        await wait(Math.random() * RETRY_WAIT_MS_MAX);
      }
    }
  }

  private async connected<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    this.refuseCrowd();
    const client = await this.pool.connect();
    // Told while no statement runs, it would end the process.
    const onError = () => undefined;
    client.on('error', onError);
    let failure: unknown;
    try {
      return await work(client);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      client.off('error', onError);
      client.release(client.getTransactionStatus() !== 'I' || breaksConnection(failure));
    }
  }

  private refuseCrowd(): void {
    const { waitingMax } = this.options;
    if (this.pool.waitingCount < waitingMax) return;
    throw new Unavailable('too many calls wait for a connection to PostgreSQL', { limit: `waitingMax=${waitingMax}` });
  }

  private unavailable(what: string, cause?: unknown): Unavailable {
    return new Unavailable(`PostgreSQL at ${this.options.address.shown} ${what}`, { cause });
  }
}

class Transaction implements Queries {
  constructor(private readonly client: PoolClient) {}

  async all<Row extends object>(statement: Statement, ...values: readonly Value[]): Promise<readonly Row[]> {
    return (await ask<Row>(this.client, statement, values)).rows;
  }

  async get<Row extends object>(statement: Statement, ...values: readonly Value[]): Promise<Row | undefined> {
    return (await ask<Row>(this.client, statement, values)).rows[0];
  }

  async run(statement: Statement, ...values: readonly Value[]): Promise<number> {
    return (await ask(this.client, statement, values)).rowCount ?? 0;
  }
}

function ask<Row extends object>(
  client: PoolClient,
  statement: Statement,
  values: readonly Value[],
): Promise<QueryResult<Row & QueryResultRow>> {
  return client.query<Row & QueryResultRow, Value[]>({ ...statement, values: [...values] });
}

async function commit(client: PoolClient): Promise<void> {
  // Of a transaction in which a statement failed the server makes a rollback, and calls that a success.
  const { command } = await client.query('COMMIT');
  if (command !== 'COMMIT') throw new Error('a statement of the transaction failed and its error was swallowed');
}

const READY: Statement = {
  text: `SELECT current_setting('transaction_read_only')::boolean AS "isReadOnly" FROM schema_versions LIMIT 1`,
};
