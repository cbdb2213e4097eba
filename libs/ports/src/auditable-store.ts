import type { TenantRef } from '@mneme/domain';

/** A store whose state can be compared with the log. Wiring gives it to admin alone. */
export interface AuditableStore {
  readonly storeName: string;
  /**
   * Every record of the tenant, read back through the engine in pages, as the projection function made it: without
   * vectors and access statistics. In no order. @throws Corrupt for a record that cannot be read as one.
   */
  records(tenant: TenantRef): AsyncIterable<object>;
}
