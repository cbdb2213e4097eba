import type { MemoryId } from '@mneme/events';
import { Corrupt, type IndexEntry, InvalidInput } from '@mneme/domain';
import type { IndexedMemory } from '@mneme/ports';
import { type Database, guard, inTransaction, type Statement } from './database.js';
import { dimensionsOf, packEntry, packTerms, unpackTerms } from './packed-entry.js';
import { RecordColumns, type SqlValue } from './record-columns.js';
import type { SegmentId } from './scope-segment.js';
import type { TenantTable } from './tenant-pages.js';

/** What a write did to the segments. */
export interface EntryChange extends SegmentId {
  /** Entries that are gone. */
  readonly removed: readonly number[];
  readonly isAddedTo: boolean;
}

/** The rows of the vector index: one a memory. */
export class VectorEntries {
  private readonly replaced: Statement;
  private readonly added: Statement;
  private readonly removed: Statement;
  private readonly models = new Map<string, number>();

  constructor(private readonly db: Database) {
    this.replaced = db.prepare(REPLACED_SQL, { returnArrays: true });
    this.added = db.prepare(ADDED_SQL);
    this.removed = db.prepare(
      'DELETE FROM vector_entries WHERE memory_id = ? AND version <= ? RETURNING entry_id, tenant_id, audience, model',
      { returnArrays: true },
    );
  }

  /** Entries of a lower version, and those that are there already, change nothing. @throws InvalidInput. */
  upsert(memories: readonly IndexedMemory[]): readonly EntryChange[] {
    const rows = memories.map((memory) => ({ memory, values: this.valuesOf(memory) }));
    const changes: EntryChange[] = [];
    inTransaction(this.db, () => {
      for (const { memory, values } of rows) {
        const gone = this.replaced.all(memory.memoryId, memory.tenantId, memory.version, ...values);
        changes.push(...(gone as unknown as readonly GoneRow[]).map(changeOf));
        if (this.added.run(...values, memory.memoryId).changes === 0) continue;
        const { tenantId, audience, model } = memory;
        changes.push({ tenantId, audience, model, removed: [], isAddedTo: true });
      }
    });
    return changes;
  }

  remove(versions: readonly { readonly memoryId: MemoryId; readonly version: number }[]): readonly EntryChange[] {
    return inTransaction(this.db, () =>
      versions.flatMap(({ memoryId, version }) =>
        (this.removed.all(memoryId, version) as unknown as readonly GoneRow[]).map(changeOf),
      ),
    );
  }

  /** Length of the model's vectors; undefined when none was ever written. */
  dimensions(model: string): number | undefined {
    const known = this.models.get(model);
    if (known !== undefined) return known;
    const row = guard(() => this.db.prepare('SELECT dimensions FROM vector_models WHERE model = ?').get(model));
    if (row === undefined) return undefined;
    const { dimensions } = row as { readonly dimensions: number };
    this.models.set(model, dimensions);
    return dimensions;
  }

  private valuesOf(memory: IndexedMemory): SqlValue[] {
    this.checkVectors(memory);
    const postings = packTerms(memory.terms);
    return [...ENTRY.valuesOf(memory), postings.length, packEntry(postings, memory.vectors)];
  }

  private checkVectors({ model, dimensions, vectors }: IndexedMemory): void {
    requireDimensions(dimensions, dimensionsOf(vectors));
    if (this.dimensions(model) === undefined) {
      const sql = 'INSERT INTO vector_models (model, dimensions) VALUES (?, ?) ON CONFLICT DO NOTHING';
      guard(() => this.db.prepare(sql).run(model, dimensions));
    }
    requireDimensions(this.dimensions(model), dimensions);
  }
}

/** @throws InvalidInput when a vector is not as long as its model's are. */
export function requireDimensions(expected: number | undefined, dimensions: number): void {
  if (expected === undefined || expected === dimensions) return;
  throw new InvalidInput('a vector is not of the length that its model has', {
    field: 'vector',
    limit: `dimensions=${expected}`,
    sent: String(dimensions),
  });
}

/** Columns from which `indexEntryOfRow` reads an entry back. */
export function indexEntryColumns(): Pick<TenantTable, 'columns' | 'more'> {
  return { columns: ENTRY.list, more: `${POSTING_COLUMNS}, ${DIMENSIONS_SQL}` };
}

/** @throws Corrupt when no search could read the entry either. */
export function indexEntryOfRow(row: readonly SqlValue[]): IndexEntry {
  const [postingBytes, postings, dimensions] = row.slice(ENTRY.columns.length) as unknown as PostingValues;
  if (dimensions === null) throw new Corrupt('the model of an index entry is not known');
  if (postings?.length !== postingBytes) throw new Corrupt('an index entry is shorter than it says');
  return { ...ENTRY.recordOf(row), dimensions, terms: unpackTerms(postings) };
}

const ENTRY = new RecordColumns<Omit<IndexEntry, 'terms' | 'dimensions'>>([
  { name: 'memory_id', field: 'memoryId' },
  { name: 'version', field: 'version' },
  { name: 'tenant_id', field: 'tenantId' },
  { name: 'subject_id', field: 'subjectId' },
  { name: 'contributors', field: 'contributors', isJson: true },
  { name: 'department_id', field: 'departmentId' },
  { name: 'agent_id', field: 'agentId' },
  { name: 'team_id', field: 'teamId' },
  { name: 'session_key', field: 'sessionKey' },
  { name: 'source_id', field: 'sourceId' },
  { name: 'audience', field: 'audience' },
  { name: 'kind', field: 'kind' },
  { name: 'flags', field: 'flags', isJson: true },
  { name: 'source_class', field: 'sourceClass' },
  { name: 'trust', field: 'trust' },
  { name: 'confidence', field: 'confidence' },
  { name: 'occurred_at_ms', field: 'occurredAtMs' },
  { name: 'recorded_at', field: 'recordedAt' },
  { name: 'expires_at_ms', field: 'expiresAtMs' },
  { name: 'epoch', field: 'epoch' },
  { name: 'model', field: 'model' },
  { name: 'input_hash', field: 'inputHash' },
  { name: 'speaker_terms', field: 'speakerTerms', isJson: true },
]);

type PostingValues = readonly [postingBytes: number, postings: Uint8Array | null, dimensions: number | null];

const POSTING_COLUMNS = 'posting_bytes, substr(packed, 1, max(posting_bytes, 0))';
const DIMENSIONS_SQL = '(SELECT dimensions FROM vector_models WHERE vector_models.model = vector_entries.model)';

const LIST = `${ENTRY.list}, posting_bytes, packed`;
const MARKS = `${ENTRY.marks}, ?, ?`;

// An entry never takes the place of another tenant's.
const REPLACED_SQL = `DELETE FROM vector_entries
  WHERE memory_id = ? AND tenant_id = ? AND version <= ? AND (${LIST}) IS NOT (${MARKS})
  RETURNING entry_id, tenant_id, audience, model`;

const ADDED_SQL = `INSERT INTO vector_entries (${LIST}) SELECT ${MARKS}
  WHERE NOT EXISTS (SELECT 1 FROM vector_entries WHERE memory_id = ?)`;

type GoneRow = readonly [number, SegmentId['tenantId'], SegmentId['audience'], string];

function changeOf([entryId, tenantId, audience, model]: GoneRow): EntryChange {
  return { tenantId, audience, model, removed: [entryId], isAddedTo: false };
}
