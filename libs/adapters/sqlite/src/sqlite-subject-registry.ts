import type { SubjectId, TenantId } from '@mneme/events';
import { Conflict, NotFound, type SubjectRef } from '@mneme/domain';
import type { NewSubject, SubjectRegistry, SubjectRow } from '@mneme/ports';
import { type Database, guard, inTransaction } from './database.js';
import { GroupCommit } from './group-commit.js';
import { KeySlots } from './key-slots.js';
import { Statements } from './statements.js';

/** One row a subject in keys.db, its key in a slot of its own. */
export class SqliteSubjectRegistry implements SubjectRegistry {
  private readonly statements: Statements<keyof typeof SQL>;
  private readonly slots: KeySlots;
  private readonly admissions: GroupCommit<readonly NewSubject[], readonly SubjectRow[]>;

  constructor(private readonly db: Database) {
    this.statements = new Statements(db, SQL);
    this.slots = new KeySlots(db);
    this.admissions = new GroupCommit((calls) => inTransaction(db, () => calls.map((call) => this.admitAll(call))));
  }

  async read(tenantId: TenantId, subjectIds: readonly SubjectId[]): Promise<readonly SubjectRow[]> {
    if (subjectIds.length === 0) return [];
    return guard(() => this.statements.of('read').all(tenantId, JSON.stringify(subjectIds)) as StoredRow[]).map(rowOf);
  }

  async admit(subjects: readonly NewSubject[]): Promise<readonly SubjectRow[]> {
    if (subjects.length === 0) return [];
    const bytes = subjects.reduce((sum, { wrappedKey }) => sum + wrappedKey.length + ROW_BYTES, 0);
    return this.admissions.submit([...subjects], { records: subjects.length, bytes });
  }

  async fence(subject: SubjectRef): Promise<SubjectRow> {
    return inTransaction(this.db, () => {
      const row = this.require(subject);
      if (row.legalHold !== null) throw heldBack(row.legalHold);
      if (row.state === 'fenced')
        throw new Conflict('an erasure of the subject has begun already', {}, 'subject-erased');
      this.statements.of('fence').run(subject.tenantId, subject.subjectId);
      return rowOf(this.require(subject));
    });
  }

  async destroyKey(subject: SubjectRef, epoch: number): Promise<void> {
    this.slots.destroy(() => {
      const row = this.find(subject);
      if (row?.epoch !== epoch || row.state !== 'fenced' || row.hasKey === 0) return [];
      if (row.legalHold !== null) throw heldBack(row.legalHold);
      this.statements.of('dropKey').run(subject.tenantId, subject.subjectId);
      return [row.keySlot];
    });
  }

  async enrol(subject: NewSubject): Promise<SubjectRow> {
    return inTransaction(this.db, () => {
      const row = this.require(subject);
      if (row.state !== 'fenced') throw new Conflict('the subject is enrolled already');
      if (row.hasKey !== 0) throw new Conflict('the old key of the subject is not destroyed yet');
      this.slots.replace(row.keySlot, subject.wrappedKey);
      this.statements.of('enrol').run(subject.keyGeneration, subject.tenantId, subject.subjectId);
      return rowOf(this.require(subject));
    });
  }

  async list(
    tenantId: TenantId,
    { afterSubjectId, limit }: { readonly afterSubjectId?: SubjectId | undefined; readonly limit: number },
  ): Promise<readonly SubjectId[]> {
    const rows = guard(() => this.statements.of('list').all(tenantId, afterSubjectId ?? '', limit));
    return (rows as unknown as readonly { readonly subjectId: SubjectId }[]).map(({ subjectId }) => subjectId);
  }

  async reapply(
    subject: SubjectRef,
    { epoch, isKeyDestroyed }: { readonly epoch: number; readonly isKeyDestroyed: boolean },
  ): Promise<void> {
    this.slots.destroy(() => {
      const row = this.find(subject);
      if (row === undefined) return this.addFenced(subject, epoch);
      if (row.epoch > epoch) return [];
      this.statements.of('fenceAt').run(epoch, subject.tenantId, subject.subjectId);
      if (!isKeyDestroyed || row.hasKey === 0) return [];
      this.statements.of('dropKey').run(subject.tenantId, subject.subjectId);
      return [row.keySlot];
    });
  }

  async setLegalHold(subject: SubjectRef, name: string | null): Promise<void> {
    const { changes } = guard(() => this.statements.of('hold').run(name, subject.tenantId, subject.subjectId));
    if (changes === 0) throw notAdmitted();
  }

  /** Writes what is waiting. */
  close(): void {
    this.admissions.close();
  }

  private admitAll(subjects: readonly NewSubject[]): readonly SubjectRow[] {
    return subjects.map((subject) => {
      const row = this.find(subject);
      if (row !== undefined) return rowOf(row);
      const slot = this.slots.put(subject.wrappedKey);
      this.statements.of('admit').run(subject.tenantId, subject.subjectId, slot, subject.keyGeneration);
      return rowOf(this.require(subject));
    });
  }

  /** In a slot that an enrolment fills. */
  private addFenced({ tenantId, subjectId }: Named, epoch: number): readonly number[] {
    const slot = this.slots.put(new Uint8Array(WRAPPED_KEY_BYTES));
    this.statements.of('addFenced').run(tenantId, subjectId, epoch, slot);
    return [];
  }

  private find(subject: Named): StoredRow | undefined {
    return this.statements.of('find').get(subject.tenantId, subject.subjectId) as StoredRow | undefined;
  }

  private require(subject: Named): StoredRow {
    const row = this.find(subject);
    if (row === undefined) throw notAdmitted();
    return row;
  }
}

const ROW_BYTES = 200;
const WRAPPED_KEY_BYTES = 60;

type Named = Pick<NewSubject, 'tenantId' | 'subjectId'>;

interface StoredRow extends Named {
  readonly epoch: number;
  readonly state: SubjectRow['state'];
  readonly keySlot: number;
  readonly hasKey: number;
  readonly key: Uint8Array;
  readonly keyGeneration: number;
  readonly legalHold: string | null;
}

function rowOf(row: StoredRow): SubjectRow {
  const { tenantId, subjectId, epoch, state, keyGeneration, legalHold } = row;
  const wrappedKey = row.hasKey === 0 ? null : row.key;
  const known = { tenantId, subjectId, epoch, state, wrappedKey, keyGeneration };
  return legalHold === null ? known : { ...known, legalHold };
}

function notAdmitted(): NotFound {
  return new NotFound('there is no such subject', { field: 'subjectId' });
}

function heldBack(hold: string): Conflict {
  return new Conflict(`the legal hold "${hold}" forbids an erasure`, { limit: `legalHold=${hold}` }, 'legal-hold');
}

const FIELDS = `tenant_id AS tenantId, subject_id AS subjectId, epoch, state, key_slot AS keySlot, has_key AS hasKey, key,
  key_generation AS keyGeneration, legal_hold AS legalHold FROM subjects JOIN key_slots ON slot = key_slot`;

const SQL = {
  find: `SELECT ${FIELDS} WHERE tenant_id = ? AND subject_id = ?`,
  read: `SELECT ${FIELDS} WHERE tenant_id = ? AND subject_id IN (SELECT value FROM json_each(?))`,
  admit: `INSERT INTO subjects (tenant_id, subject_id, epoch, state, key_slot, has_key, key_generation)
    VALUES (?, ?, 1, 'enrolled', ?, 1, ?)`,
  fence: `UPDATE subjects SET epoch = epoch + 1, state = 'fenced' WHERE tenant_id = ? AND subject_id = ?`,
  addFenced: `INSERT INTO subjects (tenant_id, subject_id, epoch, state, key_slot, has_key, key_generation)
    VALUES (?, ?, ?, 'fenced', ?, 0, 0)`,
  list: `SELECT subject_id AS subjectId FROM subjects
    WHERE tenant_id = ? AND subject_id > ? ORDER BY subject_id LIMIT ? + 0`,
  fenceAt: `UPDATE subjects SET epoch = ?, state = 'fenced' WHERE tenant_id = ? AND subject_id = ?`,
  dropKey: 'UPDATE subjects SET has_key = 0 WHERE tenant_id = ? AND subject_id = ?',
  enrol: `UPDATE subjects SET epoch = epoch + 1, state = 'enrolled', has_key = 1, key_generation = ?
    WHERE tenant_id = ? AND subject_id = ?`,
  hold: 'UPDATE subjects SET legal_hold = ? WHERE tenant_id = ? AND subject_id = ?',
} as const;
