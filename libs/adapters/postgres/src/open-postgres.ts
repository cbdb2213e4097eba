import type { EventLog } from '@mneme/ports';
import { CATALOGUE_SCHEMA } from './catalogue-schema.js';
import { catalogueOn } from './catalogue-stores.js';
import { CONTROL_SCHEMA } from './control-schema.js';
import { controlOn } from './control-stores.js';
import { Database } from './database.js';
import { type DatabaseLimits, databaseOptions } from './database-options.js';
import { LEASE_SCHEMA } from './lease-schema.js';
import { migrate } from './migrate.js';
import { PostgresLeases } from './postgres-leases.js';

export interface PostgresOptions extends Partial<DatabaseLimits> {
  /** `postgres://user:password@host:5432/database`; of its parameters those of TLS and `host` for a socket alone. */
  readonly url: string;
  /** All tables are in it; made when it is not there. */
  readonly schema: string;
}

/** Every port on one schema. */
export type Postgres = Awaited<ReturnType<typeof openPostgres>>;

/**
 * Connects to a server, prepares the schema and checks that this release may use it.
 * @throws what `migrate` and `databaseOptions` throw.
 */
export async function openPostgres({ url, schema, ...limits }: PostgresOptions, { log }: { readonly log: EventLog }) {
  const options = databaseOptions({ url, schema }, limits);
  await migrate(options, [CONTROL_SCHEMA, CATALOGUE_SCHEMA, LEASE_SCHEMA]);
  const database = new Database(options);
  const control = controlOn(database);
  const catalogue = catalogueOn(database, log);
  return {
    ...control,
    ...catalogue,
    leases: new PostgresLeases(database),
    check: (signal: AbortSignal) => database.check(signal),
    close: async () => {
      await control.acceptedTurns.close();
      await database.close();
    },
  };
}
