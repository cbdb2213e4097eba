import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { Database } from './database.js';
import { type DatabaseLimits, databaseOptions } from './database-options.js';
import { migrate, type SchemaArea } from './migrate.js';

/** For specs: a schema of a random name on a server that others use too, and what was opened in it. */
export class ScratchSchema {
  private readonly opened: { close(): Promise<void> }[] = [];

  constructor(
    readonly url: string,
    readonly schema = `scratch_${randomBytes(8).toString('hex')}`,
  ) {}

  /** One more opening, as another process would make it. */
  async open(areas: readonly SchemaArea[], limits: Partial<DatabaseLimits> = {}): Promise<Database> {
    const options = databaseOptions(this, { applicationName: 'mneme-spec', poolSizeMax: 4, ...limits });
    await migrate(options, areas);
    return this.closing(new Database(options));
  }

  /** Closed with the others, the last one first. */
  closing<T extends { close(): Promise<void> }>(opening: T): T {
    this.opened.push(opening);
    return opening;
  }

  /** Closes what was opened. */
  async close(): Promise<void> {
    for (const opening of this.opened.splice(0).reverse()) await opening.close();
  }

  /** Closes what was opened and leaves nothing behind. */
  async drop(): Promise<void> {
    await this.close();
    const client = new Client({ connectionString: this.url });
    await client.connect();
    await client.query(`DROP SCHEMA IF EXISTS "${this.schema}" CASCADE`);
    await client.end();
  }
}
