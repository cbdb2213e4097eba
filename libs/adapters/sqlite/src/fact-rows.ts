import type { MemoryId } from '@mneme/events';
import { Corrupt, type GraphFact } from '@mneme/domain';
import { type Database, inTransaction, type Statement } from './database.js';
import { type FactRetirement } from './fact-retirement.js';
import { RecordColumns, type SqlValue } from './record-columns.js';

/** The rows of the fact graph: one a version of a fact, with what it ends and the names that it gives. */
export class FactRows {
  private readonly replaced: Statement;
  private readonly added: Statement;
  private readonly ending: Statement;
  private readonly alias: Statement;
  private readonly removed: Statement;

  constructor(
    private readonly db: Database,
    private readonly retirement: FactRetirement,
  ) {
    this.replaced = db.prepare(REPLACED_SQL);
    this.added = db.prepare(ADDED_SQL, { returnArrays: true });
    this.ending = db.prepare(ENDING_SQL);
    this.alias = db.prepare(ALIAS_SQL);
    this.removed = db.prepare('DELETE FROM facts WHERE memory_id = ? AND version = ?');
  }

  /** Those that are there already are not written again. */
  upsert(facts: readonly GraphFact[]): void {
    inTransaction(this.db, () => {
      for (const fact of facts) this.put(fact);
    });
  }

  remove(versions: readonly { readonly memoryId: MemoryId; readonly version: number }[]): void {
    inTransaction(this.db, () => {
      for (const { memoryId, version } of versions) this.removed.run(memoryId, version);
    });
  }

  private put(fact: GraphFact): void {
    const { memoryId, version, tenantId } = fact;
    const values = ROW.valuesOf(storedOf(fact));
    this.replaced.run(memoryId, version, tenantId, ...values);
    const [row] = this.added.all(...values, memoryId, version) as unknown as readonly (readonly SqlValue[])[];
    const factId = row?.[0];
    if (factId === undefined) return;
    for (const ending of endingRowsOf(factId as number, fact)) this.ending.run(...ending);
    for (const alias of aliasRowsOf(factId as number, fact)) this.alias.run(...alias);
    this.retirement.noteAdded(factId as number, fact);
  }
}

/** Columns from which `factOfRow` reads a fact back. */
export function factColumns(): string {
  return ROW.list;
}

/** @throws Corrupt. */
export function factOfRow(row: readonly SqlValue[]): GraphFact {
  const { ownSlot, wideSlot, isNegated, isCorrection, ...rest } = ROW.recordOf(row);
  requireList(rest.ends, 'string');
  requireList(rest.aliases, 'object');
  const slots = wideSlot === undefined ? [ownSlot] : [ownSlot, wideSlot];
  return { ...rest, isNegated: truthOf(isNegated), isCorrection: truthOf(isCorrection), slots };
}

/** The rows of `fact_endings` that a fact has. */
export function endingRowsOf(factId: number, fact: GraphFact): readonly (readonly SqlValue[])[] {
  const { tenantId, audience, subjectId, validFromMs, occurredAtMs, recordedAt, memoryId } = fact;
  const takesBack = fact.isNegated || fact.isCorrection ? 1 : 0;
  const place = [factId, tenantId, audience, subjectId];
  const rest = [validFromMs, occurredAtMs, recordedAt, memoryId, takesBack];
  return [...new Set(fact.ends)].map((slot) => [...place, slot, ...rest]);
}

/** The rows of `fact_aliases` that a fact has; a name given twice is one. */
export function aliasRowsOf(factId: number, { tenantId, audience, aliases }: GraphFact) {
  return aliases.map(({ alias, entity }): readonly SqlValue[] => [factId, tenantId, audience, alias, entity]);
}

function requireList(value: unknown, of: 'string' | 'object'): void {
  if (Array.isArray(value) && value.every((one) => typeof one === of && one !== null)) return;
  throw new Corrupt('a list in the database is none');
}

// A query takes any other number as neither.
function truthOf(value: number): boolean {
  if (value === 0 || value === 1) return value === 1;
  throw new Corrupt('a truth value in the database is neither 0 nor 1');
}

type Stored = Omit<GraphFact, 'slots' | 'isNegated' | 'isCorrection'> & {
  readonly ownSlot: string;
  readonly wideSlot?: string;
  readonly isNegated: number;
  readonly isCorrection: number;
};

function storedOf({ slots, isNegated, isCorrection, ...rest }: GraphFact): Stored {
  const [ownSlot = '', wideSlot] = slots;
  return {
    ...rest,
    isNegated: isNegated ? 1 : 0,
    isCorrection: isCorrection ? 1 : 0,
    ownSlot,
    ...(wideSlot === undefined ? {} : { wideSlot }),
  };
}

const ROW = new RecordColumns<Stored>([
  { name: 'memory_id', field: 'memoryId' },
  { name: 'version', field: 'version' },
  { name: 'tenant_id', field: 'tenantId' },
  { name: 'subject_id', field: 'subjectId' },
  { name: 'department_id', field: 'departmentId' },
  { name: 'session_key', field: 'sessionKey' },
  { name: 'source_id', field: 'sourceId' },
  { name: 'audience', field: 'audience' },
  { name: 'source_class', field: 'sourceClass' },
  { name: 'trust', field: 'trust' },
  { name: 'confidence', field: 'confidence' },
  { name: 'occurred_at_ms', field: 'occurredAtMs' },
  { name: 'recorded_at', field: 'recordedAt' },
  { name: 'expires_at_ms', field: 'expiresAtMs' },
  { name: 'epoch', field: 'epoch' },
  { name: 'subject_entity', field: 'subjectEntity' },
  { name: 'subject_type', field: 'subjectType' },
  { name: 'predicate', field: 'predicate' },
  { name: 'object_entity', field: 'objectEntity' },
  { name: 'object_type', field: 'objectType' },
  { name: 'value_hash', field: 'valueHash' },
  { name: 'qualifier_hash', field: 'qualifierHash' },
  { name: 'is_negated', field: 'isNegated' },
  { name: 'is_correction', field: 'isCorrection' },
  { name: 'valid_from_ms', field: 'validFromMs' },
  { name: 'valid_to_ms', field: 'validToMs' },
  { name: 'aliases', field: 'aliases', isJson: true },
  { name: 'own_slot', field: 'ownSlot' },
  { name: 'wide_slot', field: 'wideSlot' },
  { name: 'ends', field: 'ends', isJson: true },
]);

// A record never takes the place of another tenant's.
const REPLACED_SQL = `DELETE FROM facts
  WHERE memory_id = ? AND version = ? AND tenant_id = ? AND (${ROW.list}) IS NOT (${ROW.marks})`;
const ADDED_SQL = `INSERT INTO facts (${ROW.list}) SELECT ${ROW.marks}
  WHERE NOT EXISTS (SELECT 1 FROM facts WHERE memory_id = ? AND version = ?) RETURNING fact_id`;
const ENDING_SQL = `INSERT INTO fact_endings
  (fact_id, tenant_id, audience, subject_id, slot, valid_from_ms, occurred_at_ms, recorded_at, memory_id, takes_back)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const ALIAS_SQL = `INSERT INTO fact_aliases (fact_id, tenant_id, audience, alias, entity) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO NOTHING`;
