import type { GraphFact } from '@mneme/domain';
import type { GraphView } from '@mneme/ports';
import { type Database, guard, type Statement } from './database.js';

/**
 * Notes which facts are ended for good, so that a question about the present does not walk over a past that grows with
 * every repetition. A note says: at the highest versions, from `untilMs` on, this fact is in force for nobody. It is only
 * made where that is certain, goes with the fact that it stands on, and no answer depends on it.
 */
export class FactRetirement {
  private readonly retire: readonly Statement[];
  private readonly doubt: Statement;
  private readonly restoreTaken: Statement;
  private readonly restoreReplaced: Statement;
  private readonly raised: Statement;
  private readonly read: Statement;

  constructor(db: Database) {
    this.retire = ['own_slot', 'wide_slot'].map((column) => db.prepare(retireSql(column)));
    this.doubt = db.prepare(DOUBT_SQL);
    this.restoreTaken = db.prepare(RESTORE_TAKEN_SQL);
    this.restoreReplaced = db.prepare(RESTORE_REPLACED_SQL);
    this.raised = db.prepare('UPDATE fact_retirement SET until_ms = ? WHERE until_ms < ?');
    this.read = db.prepare('SELECT until_ms FROM fact_retirement', { returnArrays: true });
  }

  /** Whether a query can pass over retired facts: those were retired on what is known now, for a valid time that is over. */
  isPast(view: GraphView): boolean {
    if (view.knownAt !== Number.MAX_SAFE_INTEGER) return false;
    const [row] = guard(() => this.read.all()) as unknown as readonly (readonly number[])[];
    return view.validAtMs >= (row?.[0] ?? Infinity);
  }

  /** After a fact was added, in the same transaction. */
  noteAdded(factId: number, fact: GraphFact): void {
    const { tenantId, audience, subjectId, memoryId, version } = fact;
    const place = { tenantId, audience, subjectId };
    this.restoreReplaced.run(memoryId, version, tenantId);
    if (fact.isNegated || fact.isCorrection) {
      for (const slot of fact.ends) this.restoreTaken.run({ ...place, slot, factId });
    }
    // What holds from the future on or for some time only, and what may itself be taken back by another object, ends
    // nothing for good.
    if (fact.isNegated || fact.validToMs !== undefined || fact.validFromMs > fact.recordedAt / 1_000) return;
    const [ownSlot = '', wideSlot = ownSlot] = fact.slots;
    if (this.doubt.get({ ...place, memoryId, version, ownSlot, wideSlot, factId }) !== undefined) return;
    if (this.retireElders(factId, fact) > 0) this.raised.run(fact.validFromMs, fact.validFromMs);
  }

  private retireElders(factId: number, fact: GraphFact): number {
    const values = {
      factId,
      tenantId: fact.tenantId,
      audience: fact.audience,
      subjectId: fact.subjectId,
      memoryId: fact.memoryId,
      validFromMs: fact.validFromMs,
      recordedAt: fact.recordedAt,
      trust: fact.trust,
      confidence: fact.confidence,
      departmentId: fact.departmentId ?? null,
      expiresAtMs: fact.expiresAtMs ?? null,
    };
    let count = 0;
    for (const slot of fact.ends) {
      for (const statement of this.retire) count += Number(statement.run({ ...values, slot }).changes);
    }
    return count;
  }
}

/** Each condition makes sure that whoever sees the elder sees the one that ends it. */
function retireSql(column: string): string {
  return `UPDATE facts SET retired_by = :factId WHERE fact_id IN (
    SELECT fact_id FROM facts INDEXED BY facts_by_${column}
    WHERE tenant_id = :tenantId AND audience = :audience AND subject_id = :subjectId AND ${column} = :slot
      AND retired_by IS NULL AND memory_id <> :memoryId
      AND (valid_from_ms, recorded_at, memory_id) < (:validFromMs, :recordedAt, :memoryId)
      AND trust <= :trust AND confidence <= :confidence
      AND (:departmentId IS NULL OR department_id = :departmentId)
      AND (:expiresAtMs IS NULL OR expires_at_ms <= :expiresAtMs))`;
}

/** There is a higher version of the fact, or a word that may take it back. */
const DOUBT_SQL = `SELECT 1 WHERE EXISTS (SELECT 1 FROM facts
    WHERE memory_id = :memoryId AND version > :version AND tenant_id = :tenantId)
  OR EXISTS (SELECT 1 FROM fact_endings INDEXED BY fact_endings_taking_back
    WHERE tenant_id = :tenantId AND audience = :audience AND subject_id = :subjectId
      AND slot IN (:ownSlot, :wideSlot) AND takes_back = 1 AND fact_id <> :factId)`;

// Those that may be taken back now end nothing for good any more.
const RESTORE_TAKEN_SQL = `UPDATE facts SET retired_by = NULL WHERE retired_by IN (
  SELECT fact_id FROM fact_endings WHERE tenant_id = :tenantId AND audience = :audience
    AND subject_id = :subjectId AND slot = :slot AND fact_id <> :factId)`;

const RESTORE_REPLACED_SQL = `UPDATE facts SET retired_by = NULL WHERE retired_by IN (
  SELECT fact_id FROM facts WHERE memory_id = ? AND version < ? AND tenant_id = ?)`;
