import type { TenantId } from '@mneme/events';
import { NO_USAGE, type Usage } from '@mneme/domain';
import type { DayUsage, UsageStore } from '@mneme/ports';
import type { Database, Queries } from './database.js';
import { statementsOf } from './statements.js';

/** What tenants have used of their budgets. */
export class PostgresUsageStore implements UsageStore {
  constructor(private readonly database: Database) {}

  async readUsage(tenantId: TenantId, day: string): Promise<Usage> {
    return (await this.database.get<Usage>(SQL.read, tenantId, day)) ?? NO_USAGE;
  }

  async addUsage(uses: readonly DayUsage[]): Promise<readonly Usage[]> {
    const rounds = roundsOf(uses);
    const totals = new Map<DayUsage, Usage>();
    if (rounds.length === 1) await addRound(this.database, uses, totals);
    if (rounds.length > 1) {
      await this.database.transaction(async (queries) => {
        for (const round of rounds) await addRound(queries, round, totals);
      });
    }
    return uses.map((use) => totals.get(use) ?? NO_USAGE);
  }

  async expireUsage(day: string, limit: number): Promise<number> {
    return this.database.run(SQL.expire, day, limit);
  }
}

/** One statement adds to each day once: what names a day again waits for the next one, and so gets the later total. */
function roundsOf(uses: readonly DayUsage[]): readonly (readonly DayUsage[])[] {
  const rounds: DayUsage[][] = [];
  const seen = new Map<string, number>();
  for (const use of uses) {
    const name = nameOf(use);
    const at = seen.get(name) ?? 0;
    seen.set(name, at + 1);
    (rounds[at] ??= []).push(use);
  }
  return rounds;
}

async function addRound(queries: Queries, round: readonly DayUsage[], totals: Map<DayUsage, Usage>): Promise<void> {
  const rows = await queries.all<DayUsage>(
    SQL.add,
    round.map(({ tenantId }) => tenantId),
    round.map(({ day }) => day),
    round.map(({ turns }) => turns),
    round.map(({ tokens }) => tokens),
  );
  const byName = new Map(rows.map((row) => [nameOf(row), { turns: row.turns, tokens: row.tokens }]));
  for (const use of round) totals.set(use, byName.get(nameOf(use)) ?? NO_USAGE);
}

function nameOf({ tenantId, day }: DayUsage): string {
  return JSON.stringify([tenantId, day]);
}

// What is taken back on a day that nobody has added to is kept as it came, below zero, for only so can the same statement
// add it to a day that is there; whoever reads it reads zero.
const TOTALS = 'greatest(0, usage.turns) AS turns, greatest(0, usage.tokens) AS tokens';

const SQL = statementsOf('usage', {
  read: `SELECT ${TOTALS} FROM usage_days AS usage WHERE tenant_id = $1 AND day = $2`,
  // In one order, so that two that add to the same days never wait for each other.
  add: `INSERT INTO usage_days AS usage (tenant_id, day, turns, tokens)
    SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) AS given (tenant_id, day, turns, tokens)
    ORDER BY given.tenant_id, given.day
    ON CONFLICT (tenant_id, day) DO UPDATE SET turns = greatest(0, greatest(0, usage.turns) + excluded.turns),
      tokens = greatest(0, greatest(0, usage.tokens) + excluded.tokens)
    RETURNING tenant_id AS "tenantId", day, ${TOTALS}`,
  expire: `DELETE FROM usage_days WHERE (tenant_id, day) IN
    (SELECT tenant_id, day FROM usage_days WHERE day < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)`,
});
