import type { TenantId } from '@mneme/events';
import { NO_USAGE, type Usage } from '@mneme/domain';
import type { DayUsage, UsageStore } from '@mneme/ports';
import { type Database, guard, inTransaction } from './database.js';
import { Statements } from './statements.js';

/** What tenants have used of their budgets, in keys.db. */
export class SqliteUsageStore implements UsageStore {
  private readonly statements: Statements<keyof typeof SQL>;

  constructor(private readonly db: Database) {
    this.statements = new Statements(db, SQL);
  }

  async readUsage(tenantId: TenantId, day: string): Promise<Usage> {
    const row = guard(() => this.statements.of('read').get(tenantId, day) as Usage | undefined);
    return row === undefined ? NO_USAGE : { turns: row.turns, tokens: row.tokens };
  }

  async addUsage(uses: readonly DayUsage[]): Promise<readonly Usage[]> {
    return inTransaction(this.db, () =>
      uses.map(({ tenantId, day, turns, tokens }) => {
        const total = this.statements.of('add').get(tenantId, day, turns, tokens, turns, tokens) as unknown as Usage;
        return { turns: total.turns, tokens: total.tokens };
      }),
    );
  }

  async expireUsage(day: string, limit: number): Promise<number> {
    return guard(() => Number(this.statements.of('expire').run(day, limit).changes));
  }
}

const SQL = {
  read: 'SELECT turns, tokens FROM usage_days WHERE tenant_id = ? AND day = ?',
  add: `INSERT INTO usage_days (tenant_id, day, turns, tokens) VALUES (?, ?, max(0, ?), max(0, ?))
    ON CONFLICT DO UPDATE SET turns = max(0, turns + ?), tokens = max(0, tokens + ?) RETURNING turns, tokens`,
  expire: `DELETE FROM usage_days WHERE (tenant_id, day) IN
    (SELECT tenant_id, day FROM usage_days WHERE day < ? LIMIT ?)`,
} as const;
