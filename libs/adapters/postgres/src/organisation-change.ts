import type { TenantId } from '@mneme/events';
import { LimitExceeded } from '@mneme/domain';
import type { OrganisationLimits } from '@mneme/ports';
import { noTenant } from './control-rows.js';
import type { Queries, Value } from './database.js';
import type { Statement } from './statements.js';

/** One change of one tenant's organisation, while nobody else makes another: the tenant is in each of its statements. */
export class OrganisationChange {
  constructor(
    private readonly queries: Queries,
    private readonly of: {
      readonly tenantId: TenantId;
      readonly isThere: boolean;
      readonly limits: OrganisationLimits;
    },
  ) {}

  run(statement: Statement, ...values: readonly Value[]): Promise<number> {
    return this.queries.run(statement, this.of.tenantId, ...values);
  }

  get<Row extends object>(statement: Statement, ...values: readonly Value[]): Promise<Row | undefined> {
    return this.queries.get<Row>(statement, this.of.tenantId, ...values);
  }

  async has(statement: Statement, ...values: readonly Value[]): Promise<boolean> {
    return (await this.get(statement, ...values)) !== undefined;
  }

  async count(statement: Statement, ...values: readonly Value[]): Promise<number> {
    return (await this.get<{ readonly n: number }>(statement, ...values))?.n ?? 0;
  }

  requireTenant(): void {
    if (!this.of.isThere) throw noTenant();
  }

  requireWithin(limit: keyof OrganisationLimits, wanted: number): void {
    const max = this.of.limits[limit];
    if (wanted > max)
      throw new LimitExceeded('more than the limit', { limit: `${limit}=${max}`, sent: String(wanted) });
  }

  /** Whether one more may be made beside those that `count` finds. */
  async requireRoom(limit: keyof OrganisationLimits, count: Statement, ...of: readonly Value[]): Promise<void> {
    this.requireWithin(limit, (await this.count(count, ...of)) + 1);
  }
}
