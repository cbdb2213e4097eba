import type { MemoryId, MemoryKind, SubjectId } from '@mneme/events';
import type { SubjectRef, SurveyedMemory, SurveyedText, TenantRef } from '@mneme/domain';
import type { MemorySurvey, SurveyPage } from '@mneme/ports';
import type { Database } from './database.js';
import { FIRST_MEMORY_ID, memoryIdsAmong } from './memory-ids.js';
import { type NamedValues, valuesFor } from './named-statements.js';
import type { RecordColumns } from './record-columns.js';
import { SURVEY, SURVEYED_MEMORY as MEMORY, SURVEYED_TEXT as TEXT } from './survey-statements.js';

type SurveyName = keyof typeof SURVEY;

/** The catalogue as maintenance reads it: each page is one statement along an index, and nothing is open in between. */
export class PostgresMemorySurvey implements MemorySurvey {
  constructor(private readonly db: Database) {}

  surveyKind(
    { tenantId }: TenantRef,
    kind: MemoryKind,
    { beforeVersion, ...page }: SurveyPage & { readonly beforeVersion: number },
  ): Promise<readonly SurveyedMemory[]> {
    return this.select('kind', MEMORY, { tenantId, kind, beforeVersion, ...placeOf(page, -1) });
  }

  surveyExpired(
    { tenantId }: TenantRef,
    { nowMs, ...page }: SurveyPage & { readonly nowMs: number },
  ): Promise<readonly SurveyedMemory[]> {
    return this.select('expired', MEMORY, { tenantId, nowMs, ...placeOf(page, -INSTANT_MS_MAX) });
  }

  surveyDue(
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
    const rows = await this.rows<{ readonly subjectId: SubjectId }>('subjects', { tenantId, after, limit });
    return rows.map(({ subjectId }) => subjectId);
  }

  surveyTexts(
    { tenantId, subjectId }: SubjectRef,
    { limit, after }: Parameters<MemorySurvey['surveyTexts']>[1],
  ): Promise<readonly SurveyedText[]> {
    const { sourceId, memoryId } = after ?? { sourceId: '', memoryId: FIRST_MEMORY_ID };
    return this.select('texts', TEXT, { tenantId, subjectId, sourceId, memoryId, limit });
  }

  async surveyText({ tenantId, subjectId }: SubjectRef, memoryId: MemoryId): Promise<SurveyedText | undefined> {
    if (memoryIdsAmong([memoryId]).length === 0) return undefined;
    return (await this.select('text', TEXT, { tenantId, subjectId, memoryId }))[0];
  }

  private async select<T extends object>(
    name: SurveyName,
    columns: RecordColumns<T>,
    values: NamedValues,
  ): Promise<readonly T[]> {
    return (await this.rows(name, values)).map((row) => columns.recordOf(row));
  }

  private rows<Row extends object>(name: SurveyName, values: NamedValues): Promise<readonly Row[]> {
    return this.db.all<Row>(SURVEY[name], ...valuesFor(SURVEY[name], values));
  }
}

const INSTANT_MS_MAX = 8.64e15;

/** Without a place: before all. */
function placeOf({ after, limit }: SurveyPage, first: number): NamedValues {
  return { at: after?.at ?? first, memoryId: after?.memoryId ?? FIRST_MEMORY_ID, limit };
}
