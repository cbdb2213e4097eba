import type { MemoryId, MemoryKind, SubjectId } from '@mneme/events';
import type { SubjectRef, SurveyedMemory, SurveyedText, TenantRef } from '@mneme/domain';
import type { MemorySurvey, SurveyPage } from '@mneme/ports';
import { type Database, guard, type Statement } from './database.js';
import { RecordColumns, type SqlValue } from './record-columns.js';

/**
 * The catalogue as maintenance reads it. Each page is one statement that follows an index, run at once on the file that is
 * live at that moment: nothing is under way in between.
 */
export class SqliteMemorySurvey implements MemorySurvey {
  private readonly statements = new WeakMap<Database, Map<keyof typeof SURVEY_SQL, Statement>>();

  constructor(private readonly live: () => Database) {}

  async surveyKind(
    { tenantId }: TenantRef,
    kind: MemoryKind,
    { beforeVersion, ...page }: SurveyPage & { readonly beforeVersion: number },
  ): Promise<readonly SurveyedMemory[]> {
    return this.select('kind', MEMORY, { tenantId, kind, beforeVersion, ...placeOf(page, -1) });
  }

  async surveyExpired(
    { tenantId }: TenantRef,
    { nowMs, ...page }: SurveyPage & { readonly nowMs: number },
  ): Promise<readonly SurveyedMemory[]> {
    return this.select('expired', MEMORY, { tenantId, nowMs, ...placeOf(page, -INSTANT_MS_MAX) });
  }

  async surveyDue(
    { tenantId }: TenantRef,
    { nowMs, isCritical = false, ...page }: SurveyPage & { readonly nowMs: number; readonly isCritical?: boolean },
  ): Promise<readonly SurveyedMemory[]> {
    const name = isCritical ? 'recalledCritical' : 'due';
    return this.select(name, MEMORY, { tenantId, nowMs, ...placeOf(page, -INSTANT_MS_MAX) });
  }

  async surveySubjects(
    { tenantId }: TenantRef,
    { limit, after = '' as SubjectId }: { readonly limit: number; readonly after?: SubjectId },
  ): Promise<readonly SubjectId[]> {
    return this.rows('subjects', { tenantId, after, limit }).map(([subjectId]) => subjectId as SubjectId);
  }

  async surveyTexts(
    { tenantId, subjectId }: SubjectRef,
    { limit, after }: Parameters<MemorySurvey['surveyTexts']>[1],
  ): Promise<readonly SurveyedText[]> {
    const { sourceId, memoryId } = after ?? { sourceId: '', memoryId: '' };
    return this.select('texts', TEXT, { tenantId, subjectId, sourceId, memoryId, limit });
  }

  async surveyText({ tenantId, subjectId }: SubjectRef, memoryId: MemoryId): Promise<SurveyedText | undefined> {
    return this.select('text', TEXT, { tenantId, subjectId, memoryId })[0];
  }

  private select<T extends object>(
    name: keyof typeof SURVEY_SQL,
    columns: RecordColumns<T>,
    values: Record<string, SqlValue>,
  ): readonly T[] {
    return this.rows(name, values).map((row) => columns.recordOf(row));
  }

  private rows(name: keyof typeof SURVEY_SQL, values: Record<string, SqlValue>): readonly (readonly SqlValue[])[] {
    return guard(() => {
      const statement = this.statementOf(name);
      return statement.all(values) as unknown as readonly (readonly SqlValue[])[];
    });
  }

  private statementOf(name: keyof typeof SURVEY_SQL): Statement {
    const db = this.live();
    const prepared = this.statements.get(db) ?? new Map<keyof typeof SURVEY_SQL, Statement>();
    this.statements.set(db, prepared);
    const statement = prepared.get(name) ?? db.prepare(SURVEY_SQL[name], { returnArrays: true });
    prepared.set(name, statement);
    return statement;
  }
}

const INSTANT_MS_MAX = 8.64e15;

/** Without a place: before all. */
function placeOf({ after, limit }: SurveyPage, first: number): Record<string, SqlValue> {
  return { at: after?.at ?? first, memoryId: after?.memoryId ?? '', limit };
}

const FIELDS = [
  { name: 'memory_id', field: 'memoryId' },
  { name: 'version', field: 'version' },
  { name: 'tenant_id', field: 'tenantId' },
  { name: 'subject_id', field: 'subjectId' },
  { name: 'source_id', field: 'sourceId' },
  { name: 'audience', field: 'audience' },
  { name: 'department_id', field: 'departmentId' },
  { name: 'kind', field: 'kind' },
  { name: 'flags', field: 'flags', isJson: true },
  { name: 'source_class', field: 'sourceClass' },
  { name: 'confidence', field: 'confidence' },
  { name: 'importance', field: 'importance' },
  { name: 'occurred_at_ms', field: 'occurredAtMs' },
  { name: 'recorded_at', field: 'recordedAt' },
  { name: 'review_by_ms', field: 'reviewByMs' },
  { name: 'expires_at_ms', field: 'expiresAtMs' },
  { name: 'epoch', field: 'epoch' },
  // Whichever version was recalled: the accesses are the memory's.
  { name: ofEvery('max(access_count)'), field: 'accessCount' },
  { name: ofEvery('max(last_access_ms)'), field: 'lastAccessMs' },
] as const;

const MEMORY = new RecordColumns<SurveyedMemory>(FIELDS);
const TEXT = new RecordColumns<SurveyedText>([...FIELDS, { name: 'sealed', field: 'sealed' }]);

const IS_HIGHEST = `NOT EXISTS (SELECT 1 FROM catalogue AS higher
  WHERE higher.memory_id = own.memory_id AND higher.version > own.version AND higher.tenant_id = own.tenant_id)`;

function ofEvery(aggregate: string): string {
  return `(SELECT ${aggregate} FROM catalogue AS every WHERE every.memory_id = own.memory_id AND every.tenant_id = own.tenant_id)`;
}

/** A page of the newest versions along one index, in its order. */
function pageOf(index: string, at: string, where: string): string {
  return `SELECT ${MEMORY.list} FROM catalogue AS own INDEXED BY ${index}
    WHERE tenant_id = :tenantId AND ${where} AND (${at}, memory_id) > (:at, :memoryId) AND ${IS_HIGHEST}
    ORDER BY ${at}, memory_id LIMIT :limit + 0`;
}

const IS_DUE =
  'review_by_ms IS NOT NULL AND review_by_ms <= :nowMs AND (expires_at_ms IS NULL OR expires_at_ms > :nowMs)';

// What a command has ended before its time stays for as long as it would have been kept, for `AsOf`.
const IS_OVER = `expires_at_ms IS NOT NULL AND expires_at_ms <= :nowMs AND NOT EXISTS (SELECT 1 FROM catalogue AS every
  WHERE every.memory_id = own.memory_id AND every.tenant_id = own.tenant_id
    AND (every.expires_at_ms IS NULL OR every.expires_at_ms > :nowMs))`;

/** Every statement; a spec looks at how each is run. */
export const SURVEY_SQL = {
  kind: pageOf('catalogue_by_age', 'version', 'kind = :kind AND version < :beforeVersion'),
  expired: pageOf('catalogue_by_expiry', 'expires_at_ms', IS_OVER),
  due: pageOf('catalogue_by_review', 'review_by_ms', IS_DUE),
  recalledCritical: pageOf(
    'catalogue_critical',
    'review_by_ms',
    `${IS_DUE} AND importance = 'critical' AND EXISTS (SELECT 1 FROM catalogue AS every
      WHERE every.memory_id = own.memory_id AND every.tenant_id = own.tenant_id
        AND every.last_access_ms >= own.review_by_ms)`,
  ),
  // One step down the index a subject, however many memories each has.
  subjects: `WITH RECURSIVE found (subject_id) AS (
      SELECT min(subject_id) FROM catalogue WHERE tenant_id = :tenantId AND subject_id > :after
      UNION ALL
      SELECT (SELECT min(subject_id) FROM catalogue WHERE tenant_id = :tenantId AND subject_id > found.subject_id)
        FROM found WHERE found.subject_id IS NOT NULL
    ) SELECT subject_id FROM found WHERE subject_id IS NOT NULL LIMIT :limit + 0`,
  text: `SELECT ${TEXT.list} FROM catalogue AS own INDEXED BY catalogue_by_memory
    WHERE memory_id = :memoryId AND tenant_id = :tenantId AND subject_id = :subjectId AND ${IS_HIGHEST} LIMIT 1`,
  texts: `SELECT ${TEXT.list} FROM catalogue AS own INDEXED BY catalogue_by_subject
    WHERE tenant_id = :tenantId AND subject_id = :subjectId AND (source_id, memory_id) > (:sourceId, :memoryId) AND ${IS_HIGHEST}
    ORDER BY source_id, memory_id LIMIT :limit + 0`,
} as const;
