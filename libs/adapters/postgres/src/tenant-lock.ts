import type { TenantId } from '@mneme/events';
import type { Database, Queries } from './database.js';
import { statementsOf } from './statements.js';

/**
 * Runs `change` while nobody else, in any process, changes how this tenant is organised: counts and existence that it has
 * looked at are so until it ends. Who only reads does not wait. `isThere`: whether there is such a tenant at all.
 */
export function changeTenant<T>(
  database: Database,
  tenantId: TenantId,
  change: (queries: Queries, isThere: boolean) => Promise<T>,
): Promise<T> {
  return database.transaction(async (queries) => {
    const row = await queries.get(SQL.lock, tenantId);
    return change(queries, row !== undefined);
  });
}

const SQL = statementsOf('tenantLock', {
  // Weak enough for rows that only point to the tenant.
  lock: 'SELECT 1 FROM tenants WHERE tenant_id = $1 FOR NO KEY UPDATE',
});
