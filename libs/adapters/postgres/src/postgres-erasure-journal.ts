import type { TenantId } from '@mneme/events';
import { Conflict, type Erasure, erasureProgressOf, NotFound } from '@mneme/domain';
import type { ErasureJournal } from '@mneme/ports';
import type { Database } from './database.js';
import { KeySlots } from './key-slots.js';
import { statementsOf } from './statements.js';

/** Erasures, and the one-off keys of their probes in slots of their own. */
export class PostgresErasureJournal implements ErasureJournal {
  private readonly slots: KeySlots;

  constructor(private readonly database: Database) {
    this.slots = new KeySlots(database);
  }

  async begin(erasure: Erasure): Promise<void> {
    const { erasureId, tenantId, subjectId } = erasure;
    const values = [erasureId, tenantId, subjectId, isVerified(erasure), JSON.stringify(erasure)];
    if ((await this.database.run(SQL.begin, ...values)) > 0) return;
    throw new Conflict('the erasure exists, or another of the subject is not verified yet');
  }

  async record(erasure: Erasure): Promise<void> {
    const { erasureId, tenantId } = erasure;
    await this.database.transaction(async (queries) => {
      const held = await queries.get<{ readonly record: string }>(SQL.hold, erasureId, tenantId);
      if (held === undefined) throw new NotFound('there is no such erasure', { field: 'erasureId' });
      if (erasureProgressOf(JSON.parse(held.record) as Erasure) > erasureProgressOf(erasure)) throw isFurther();
      await queries.run(SQL.record, erasureId, tenantId, isVerified(erasure), JSON.stringify(erasure));
    });
  }

  async withdraw(tenantId: TenantId, erasureId: string): Promise<void> {
    await this.database.run(SQL.withdraw, erasureId, tenantId);
  }

  async find(tenantId: TenantId, erasureId: string): Promise<Erasure | undefined> {
    return (await this.select('find', erasureId, tenantId))[0];
  }

  async unfinished(limit: number): Promise<readonly Erasure[]> {
    return this.select('unfinished', limit);
  }

  async list(tenantId: TenantId, limit: number): Promise<readonly Erasure[]> {
    return this.select('list', tenantId, limit);
  }

  async appliedOffsets(): Promise<readonly number[]> {
    const row = await this.database.get<{ readonly nextOffsets: readonly number[] }>(SQL.applied);
    return row?.nextOffsets ?? [];
  }

  async noteApplied(nextOffsets: readonly number[]): Promise<void> {
    await this.database.run(SQL.noteApplied, nextOffsets);
  }

  async putProbeKey(erasureId: string, key: Uint8Array): Promise<void> {
    await this.database.transaction(async (queries) => {
      await queries.run(SQL.lock, erasureId);
      const row = await queries.get<SlotRow>(SQL.findProbeKey, erasureId);
      if (row === undefined) await queries.run(SQL.putProbeKey, erasureId, await this.slots.put(queries, key));
      else await this.slots.replace(queries, row.slot, key);
    });
  }

  async findProbeKey(erasureId: string): Promise<Uint8Array | undefined> {
    return (await this.database.get<SlotRow>(SQL.findProbeKey, erasureId))?.key;
  }

  async destroyProbeKey(erasureId: string): Promise<void> {
    await this.slots.destroy(async (queries) => {
      const dropped = await queries.all<{ readonly slot: number }>(SQL.dropProbeKey, erasureId);
      return dropped.map(({ slot }) => slot);
    });
  }

  private async select(
    name: 'find' | 'unfinished' | 'list',
    ...values: readonly (string | number)[]
  ): Promise<readonly Erasure[]> {
    const rows = await this.database.all<{ readonly record: string }>(SQL[name], ...values);
    return rows.map(({ record }) => JSON.parse(record) as Erasure);
  }
}

interface SlotRow {
  readonly slot: number;
  readonly key: Uint8Array;
}

function isVerified(erasure: Erasure): boolean {
  return erasure.step === 'verified';
}

function isFurther(): Conflict {
  return new Conflict('another process has taken this erasure further');
}

const SQL = statementsOf('erasures', {
  begin: `INSERT INTO erasures (erasure_id, tenant_id, subject_id, is_verified, record) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT DO NOTHING`,
  hold: 'SELECT record FROM erasures WHERE erasure_id = $1 AND tenant_id = $2 FOR UPDATE',
  record: 'UPDATE erasures SET is_verified = $3, record = $4 WHERE erasure_id = $1 AND tenant_id = $2',
  withdraw: 'DELETE FROM erasures WHERE erasure_id = $1 AND tenant_id = $2 AND NOT is_verified',
  find: 'SELECT record FROM erasures WHERE erasure_id = $1 AND tenant_id = $2',
  unfinished: 'SELECT record FROM erasures WHERE NOT is_verified ORDER BY began LIMIT $1',
  list: 'SELECT record FROM erasures WHERE tenant_id = $1 ORDER BY began DESC LIMIT $2',
  applied: 'SELECT next_offsets AS "nextOffsets" FROM applied_erasures',
  noteApplied: `INSERT INTO applied_erasures (next_offsets) VALUES ($1::bigint[])
    ON CONFLICT (is_only) DO UPDATE SET next_offsets = excluded.next_offsets`,
  // Two that put a key for one erasure at once go one after the other: there may be no row yet that could be locked.
  lock: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))',
  findProbeKey: 'SELECT slot, key FROM probe_keys JOIN key_slots ON slot = key_slot WHERE erasure_id = $1',
  putProbeKey: 'INSERT INTO probe_keys (erasure_id, key_slot) VALUES ($1, $2)',
  dropProbeKey: 'DELETE FROM probe_keys WHERE erasure_id = $1 RETURNING key_slot AS slot',
});
