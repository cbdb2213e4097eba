import type { SubjectId, TenantId } from '@mneme/events';
import { Conflict, NotFound, type SubjectRef } from '@mneme/domain';
import type { NewSubject, SubjectRegistry, SubjectRow } from '@mneme/ports';
import type { Database, Queries } from './database.js';
import { KeySlots } from './key-slots.js';
import { statementsOf } from './statements.js';

/** One row a subject, its key in a slot of its own. Who changes a row holds it locked from the first look at it. */
export class PostgresSubjectRegistry implements SubjectRegistry {
  private readonly slots: KeySlots;

  constructor(private readonly database: Database) {
    this.slots = new KeySlots(database);
  }

  async read(tenantId: TenantId, subjectIds: readonly SubjectId[]): Promise<readonly SubjectRow[]> {
    if (subjectIds.length === 0) return [];
    return (await this.database.all<StoredRow>(SQL.read, tenantId, subjectIds)).map(rowOf);
  }

  // A row that another process adds meanwhile is waited for by the first statement, and seen by the second.
  async admit(subjects: readonly NewSubject[]): Promise<readonly SubjectRow[]> {
    if (subjects.length === 0) return [];
    const tenantIds = subjects.map(({ tenantId }) => tenantId);
    const subjectIds = subjects.map(({ subjectId }) => subjectId);
    const generations = subjects.map(({ keyGeneration }) => keyGeneration);
    const keys = subjects.map(({ wrappedKey }) => wrappedKey);
    await this.database.run(SQL.admit, tenantIds, subjectIds, generations, keys);
    const rows = await this.database.all<StoredRow>(SQL.readNamed, tenantIds, subjectIds);
    const byName = new Map(rows.map((row) => [nameOf(row), rowOf(row)]));
    return subjects.map((subject) => {
      const row = byName.get(nameOf(subject));
      if (row === undefined) throw notAdmitted();
      return row;
    });
  }

  async fence(subject: SubjectRef): Promise<SubjectRow> {
    return this.database.transaction(async (queries) => {
      const row = await lock(queries, subject);
      if (row.legalHold !== null) throw heldBack(row.legalHold);
      if (row.state === 'fenced') {
        throw new Conflict('an erasure of the subject has begun already', {}, 'subject-erased');
      }
      await queries.run(SQL.fence, subject.tenantId, subject.subjectId, row.epoch + 1);
      return rowOf({ ...row, epoch: row.epoch + 1, state: 'fenced' });
    });
  }

  async destroyKey(subject: SubjectRef, epoch: number): Promise<void> {
    await this.slots.destroy(async (queries) => {
      const row = await find(queries, subject);
      if (row?.epoch !== epoch || row.state !== 'fenced' || !row.hasKey) return [];
      if (row.legalHold !== null) throw heldBack(row.legalHold);
      await queries.run(SQL.dropKey, subject.tenantId, subject.subjectId);
      return [row.keySlot];
    });
  }

  async enrol(subject: NewSubject): Promise<SubjectRow> {
    const { tenantId, subjectId, wrappedKey, keyGeneration } = subject;
    return this.database.transaction(async (queries) => {
      const row = await lock(queries, subject);
      if (row.state !== 'fenced') throw new Conflict('the subject is enrolled already');
      if (row.hasKey) throw new Conflict('the old key of the subject is not destroyed yet');
      await this.slots.replace(queries, row.keySlot, wrappedKey);
      await queries.run(SQL.enrol, tenantId, subjectId, row.epoch + 1, keyGeneration);
      const renewed = { epoch: row.epoch + 1, state: 'enrolled', hasKey: true } as const;
      return rowOf({ ...row, ...renewed, key: wrappedKey, keyGeneration });
    });
  }

  async list(
    tenantId: TenantId,
    { afterSubjectId, limit }: { readonly afterSubjectId?: SubjectId | undefined; readonly limit: number },
  ): Promise<readonly SubjectId[]> {
    const rows = await this.database.all<Named>(SQL.list, tenantId, afterSubjectId ?? '', limit);
    return rows.map(({ subjectId }) => subjectId);
  }

  async reapply(
    { tenantId, subjectId }: SubjectRef,
    { epoch, isKeyDestroyed }: { readonly epoch: number; readonly isKeyDestroyed: boolean },
  ): Promise<void> {
    await this.slots.destroy(async (queries) => {
      const added = await queries.run(SQL.addFenced, tenantId, subjectId, epoch, NO_KEY);
      const row = await find(queries, { tenantId, subjectId });
      if (added > 0 || row === undefined || row.epoch > epoch) return [];
      await queries.run(SQL.fence, tenantId, subjectId, epoch);
      if (!isKeyDestroyed || !row.hasKey) return [];
      await queries.run(SQL.dropKey, tenantId, subjectId);
      return [row.keySlot];
    });
  }

  async setLegalHold({ tenantId, subjectId }: SubjectRef, name: string | null): Promise<void> {
    if ((await this.database.run(SQL.hold, tenantId, subjectId, name)) === 0) throw notAdmitted();
  }
}

// A slot that an enrolment fills.
const NO_KEY = new Uint8Array(60);

type Named = Pick<NewSubject, 'tenantId' | 'subjectId'>;

interface StoredRow extends Named {
  readonly epoch: number;
  readonly state: SubjectRow['state'];
  readonly keySlot: number;
  readonly hasKey: boolean;
  readonly key: Uint8Array;
  readonly keyGeneration: number;
  readonly legalHold: string | null;
}

function find(queries: Queries, { tenantId, subjectId }: Named): Promise<StoredRow | undefined> {
  return queries.get<StoredRow>(SQL.lock, tenantId, subjectId);
}

async function lock(queries: Queries, subject: Named): Promise<StoredRow> {
  const row = await find(queries, subject);
  if (row === undefined) throw notAdmitted();
  return row;
}

function rowOf(row: StoredRow): SubjectRow {
  const { tenantId, subjectId, epoch, state, keyGeneration, legalHold } = row;
  const known = { tenantId, subjectId, epoch, state, wrappedKey: row.hasKey ? row.key : null, keyGeneration };
  return legalHold === null ? known : { ...known, legalHold };
}

function nameOf({ tenantId, subjectId }: Named): string {
  return JSON.stringify([tenantId, subjectId]);
}

function notAdmitted(): NotFound {
  return new NotFound('there is no such subject', { field: 'subjectId' });
}

function heldBack(hold: string): Conflict {
  return new Conflict(`the legal hold "${hold}" forbids an erasure`, { limit: `legalHold=${hold}` }, 'legal-hold');
}

const FIELDS = `tenant_id AS "tenantId", subject_id AS "subjectId", epoch, state, key_slot AS "keySlot",
  has_key AS "hasKey", key, key_generation AS "keyGeneration", legal_hold AS "legalHold"
  FROM subjects JOIN key_slots ON slot = key_slot`;
const NEXT_SLOT = `nextval('key_slot_numbers')`;

const SQL = statementsOf('subjects', {
  read: `SELECT ${FIELDS} WHERE tenant_id = $1 AND subject_id = ANY ($2::text[])`,
  readNamed: `SELECT ${FIELDS}
    WHERE (tenant_id, subject_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
  // The key too: after a wait for who changed both, only rows that are locked are looked at anew.
  lock: `SELECT ${FIELDS} WHERE tenant_id = $1 AND subject_id = $2 FOR UPDATE`,
  // In one order, so that two that admit the same subjects never wait for each other.
  admit: `WITH given AS (
      SELECT DISTINCT ON (tenant_id, subject_id) tenant_id, subject_id, key_generation, key, ${NEXT_SLOT} AS slot
      FROM unnest($1::text[], $2::text[], $3::int[], $4::bytea[]) WITH ORDINALITY
        AS given (tenant_id, subject_id, key_generation, key, at)
      WHERE NOT EXISTS (SELECT 1 FROM subjects
        WHERE subjects.tenant_id = given.tenant_id AND subjects.subject_id = given.subject_id)
      ORDER BY tenant_id, subject_id, at
    ), added AS (
      INSERT INTO subjects (tenant_id, subject_id, epoch, state, key_slot, has_key, key_generation)
      SELECT tenant_id, subject_id, 1, 'enrolled', slot, true, key_generation FROM given
      ORDER BY tenant_id, subject_id ON CONFLICT DO NOTHING RETURNING key_slot
    )
    INSERT INTO key_slots (slot, key) SELECT slot, key FROM given WHERE slot IN (SELECT key_slot FROM added)`,
  addFenced: `WITH added AS (
      INSERT INTO subjects (tenant_id, subject_id, epoch, state, key_slot, has_key, key_generation)
      SELECT $1, $2, $3, 'fenced', ${NEXT_SLOT}, false, 0
      WHERE NOT EXISTS (SELECT 1 FROM subjects WHERE tenant_id = $1 AND subject_id = $2)
      ON CONFLICT DO NOTHING RETURNING key_slot
    )
    INSERT INTO key_slots (slot, key) SELECT key_slot, $4::bytea FROM added`,
  list: `SELECT subject_id AS "subjectId" FROM subjects
    WHERE tenant_id = $1 AND subject_id > $2 ORDER BY subject_id LIMIT $3`,
  fence: `UPDATE subjects SET epoch = $3, state = 'fenced' WHERE tenant_id = $1 AND subject_id = $2`,
  dropKey: 'UPDATE subjects SET has_key = false WHERE tenant_id = $1 AND subject_id = $2',
  enrol: `UPDATE subjects SET epoch = $3, state = 'enrolled', has_key = true, key_generation = $4
    WHERE tenant_id = $1 AND subject_id = $2`,
  hold: 'UPDATE subjects SET legal_hold = $3 WHERE tenant_id = $1 AND subject_id = $2',
});
