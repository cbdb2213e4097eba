import type { TenantId } from '@mneme/events';
import { Conflict, type Erasure, erasureProgressOf, NotFound } from '@mneme/domain';
import type { ErasureJournal } from '@mneme/ports';
import { type Database, guard, inTransaction } from './database.js';
import { KeySlots } from './key-slots.js';
import { Statements } from './statements.js';

/** Erasures in keys.db, and the one-off keys of their probes in slots of their own. */
export class SqliteErasureJournal implements ErasureJournal {
  private readonly statements: Statements<keyof typeof SQL>;
  private readonly slots: KeySlots;

  constructor(private readonly db: Database) {
    this.statements = new Statements(db, SQL);
    this.slots = new KeySlots(db);
  }

  async begin(erasure: Erasure): Promise<void> {
    const { erasureId, tenantId, subjectId } = erasure;
    const values = [erasureId, tenantId, subjectId, isVerified(erasure), JSON.stringify(erasure)];
    const { changes } = guard(() => this.statements.of('begin').run(...values));
    if (changes === 0) throw new Conflict('the erasure exists, or another of the subject is not verified yet');
  }

  async record(erasure: Erasure): Promise<void> {
    const { erasureId, tenantId } = erasure;
    const values = [isVerified(erasure), JSON.stringify(erasure), erasureId, tenantId];
    inTransaction(this.db, () => {
      const [held] = this.select('find', erasureId, tenantId);
      if (held === undefined) throw notBegun();
      if (erasureProgressOf(held) > erasureProgressOf(erasure)) throw isFurther();
      this.statements.of('record').run(...values);
    });
  }

  async withdraw(tenantId: TenantId, erasureId: string): Promise<void> {
    guard(() => this.statements.of('withdraw').run(erasureId, tenantId));
  }

  async find(tenantId: TenantId, erasureId: string): Promise<Erasure | undefined> {
    return this.select('find', erasureId, tenantId)[0];
  }

  async unfinished(limit: number): Promise<readonly Erasure[]> {
    return this.select('unfinished', limit);
  }

  async list(tenantId: TenantId, limit: number): Promise<readonly Erasure[]> {
    return this.select('list', tenantId, limit);
  }

  async appliedOffsets(): Promise<readonly number[]> {
    const rows = guard(() => this.statements.of('applied').all() as readonly { partition: number; offset: number }[]);
    const offsets: number[] = [];
    for (const { partition, offset } of rows) offsets[partition] = offset;
    return Array.from(offsets, (offset) => offset ?? 0);
  }

  async noteApplied(nextOffsets: readonly number[]): Promise<void> {
    inTransaction(this.db, () => {
      this.statements.of('forgetApplied').run();
      for (const [partition, offset] of nextOffsets.entries()) this.statements.of('noteApplied').run(partition, offset);
    });
  }

  async putProbeKey(erasureId: string, key: Uint8Array): Promise<void> {
    inTransaction(this.db, () => {
      const slot = this.probeSlot(erasureId);
      if (slot === undefined) this.statements.of('putProbeKey').run(erasureId, this.slots.put(key));
      else this.slots.replace(slot, key);
    });
  }

  async findProbeKey(erasureId: string): Promise<Uint8Array | undefined> {
    const row = guard(() => this.statements.of('findProbeKey').get(erasureId) as { key: Uint8Array } | undefined);
    return row?.key;
  }

  async destroyProbeKey(erasureId: string): Promise<void> {
    this.slots.destroy(() => {
      const slot = this.probeSlot(erasureId);
      this.statements.of('dropProbeKey').run(erasureId);
      return slot === undefined ? [] : [slot];
    });
  }

  private probeSlot(erasureId: string): number | undefined {
    return (this.statements.of('findProbeKey').get(erasureId) as { slot: number } | undefined)?.slot;
  }

  private select(name: 'find' | 'unfinished' | 'list', ...values: readonly (string | number)[]): readonly Erasure[] {
    const rows = guard(() => this.statements.of(name).all(...values) as readonly { readonly record: string }[]);
    return rows.map(({ record }) => JSON.parse(record) as Erasure);
  }
}

function isVerified(erasure: Erasure): number {
  return erasure.step === 'verified' ? 1 : 0;
}

function isFurther(): Conflict {
  return new Conflict('another process has taken this erasure further');
}

function notBegun(): NotFound {
  return new NotFound('there is no such erasure', { field: 'erasureId' });
}

const SQL = {
  begin: `INSERT INTO erasures (began, erasure_id, tenant_id, subject_id, is_verified, record)
    SELECT coalesce(max(began), 0) + 1, ?, ?, ?, ?, ? FROM erasures WHERE true ON CONFLICT DO NOTHING`,
  record: 'UPDATE erasures SET is_verified = ?, record = ? WHERE erasure_id = ? AND tenant_id = ?',
  withdraw: 'DELETE FROM erasures WHERE erasure_id = ? AND tenant_id = ? AND is_verified = 0',
  find: 'SELECT record FROM erasures WHERE erasure_id = ? AND tenant_id = ?',
  unfinished: 'SELECT record FROM erasures WHERE is_verified = 0 ORDER BY began LIMIT ? + 0',
  list: 'SELECT record FROM erasures WHERE tenant_id = ? ORDER BY began DESC LIMIT ? + 0',
  findProbeKey: 'SELECT slot, key FROM probe_keys JOIN key_slots ON slot = key_slot WHERE erasure_id = ?',
  putProbeKey: 'INSERT INTO probe_keys (erasure_id, key_slot) VALUES (?, ?)',
  applied: 'SELECT partition, next_offset AS offset FROM applied_erasures',
  forgetApplied: 'DELETE FROM applied_erasures',
  noteApplied: 'INSERT INTO applied_erasures (partition, next_offset) VALUES (?, ?)',
  dropProbeKey: 'DELETE FROM probe_keys WHERE erasure_id = ?',
} as const;
