import type { MemoryId } from '@mneme/events';
import { Corrupt, type SubjectRef } from '@mneme/domain';
import type { StoredVectors, VectorSurvey } from '@mneme/ports';
import { type Database, guard, type Statement } from './database.js';

const WORD_BYTES = 4;

/** The vector index as maintenance reads it, in the file that is live at the moment of a call. */
export class SqliteVectorSurvey implements VectorSurvey {
  private readonly statements = new WeakMap<Database, Statement>();

  constructor(private readonly live: () => Database) {}

  async surveyVectors(
    { tenantId, subjectId }: SubjectRef,
    { model, memoryIds }: { readonly model: string; readonly memoryIds: readonly MemoryId[] },
  ): Promise<ReadonlyMap<MemoryId, StoredVectors>> {
    if (memoryIds.length === 0) return new Map();
    const values = { tenantId, subjectId, model, memoryIds: JSON.stringify(memoryIds) };
    const rows = guard(() => {
      const db = this.live();
      const statement = this.statements.get(db) ?? db.prepare(SQL, { returnArrays: true });
      this.statements.set(db, statement);
      return statement.all(values) as unknown as readonly VectorRow[];
    });
    return new Map(rows.map(([memoryId, version, ...row]) => [memoryId, { version, vectors: vectorsOf(row) }]));
  }
}

type Packed = readonly [dimensions: number | null, bytes: Uint8Array];
type VectorRow = readonly [memoryId: MemoryId, version: number, ...Packed];

function vectorsOf([dimensions, bytes]: Packed): readonly Float32Array[] {
  const chunkBytes = (dimensions ?? 0) * WORD_BYTES;
  if (chunkBytes === 0 || bytes.length === 0 || bytes.length % chunkBytes !== 0) {
    throw new Corrupt('the vectors of an index entry are cut short');
  }
  // Copied, so that the numbers lie where their width wants them.
  const all = new Float32Array(bytes.slice().buffer);
  const chunks = bytes.length / chunkBytes;
  return Array.from({ length: chunks }, (_, i) =>
    all.subarray((i * chunkBytes) / WORD_BYTES, ((i + 1) * chunkBytes) / WORD_BYTES),
  );
}

const SQL = `SELECT memory_id, version,
    (SELECT dimensions FROM vector_models WHERE vector_models.model = vector_entries.model),
    substr(packed, posting_bytes + 1)
  FROM vector_entries INDEXED BY vector_entries_by_memory
  WHERE memory_id IN (SELECT value FROM json_each(:memoryIds))
    AND tenant_id = :tenantId AND subject_id = :subjectId AND model = :model`;
