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
  /**
   * How often, at least, this process brings the table of the log's keys up to the log's end, so that no call of
   * `memoryVersions` has a long way to it; absent: at those calls alone. One process of a deployment is enough.
   */
  readonly followLogMs?: number;
}

/** Every port on one schema. */
export type Postgres = Awaited<ReturnType<typeof openPostgres>>;

/**
 * Connects to a server, prepares the schema and checks that this release may use it.
 * @throws what `migrate` and `databaseOptions` throw.
 */
export async function openPostgres(
  { url, schema, followLogMs, ...limits }: PostgresOptions,
  { log }: { readonly log: EventLog },
) {
  const options = databaseOptions({ url, schema }, limits);
  await migrate(options, [CONTROL_SCHEMA, CATALOGUE_SCHEMA, LEASE_SCHEMA]);
  const database = new Database(options);
  const control = controlOn(database);
  const catalogue = catalogueOn(database, log);
  const follower = followLogMs === undefined ? undefined : catalogue.memoryVersions.follow(followLogMs);
  return {
    ...control,
    ...catalogue,
    leases: new PostgresLeases(database),
    check: (signal: AbortSignal) => database.check(signal),
    close: async () => {
      await follower?.stop();
      await control.acceptedTurns.close();
      await database.close();
    },
  };
}
