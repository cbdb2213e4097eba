import type { MemoryId, MemoryKind, SourceId, SubjectId } from '@mneme/events';
import type { SubjectRef, SurveyedMemory, SurveyedText, TenantRef } from '@mneme/domain';

/** The last memory of the page before, in the order of what is surveyed. */
export interface SurveyPlace {
  /** Microseconds or milliseconds: what the order begins with. */
  readonly at: number;
  readonly memoryId: MemoryId;
}

/** How much of a survey to read: at most `limit` memories, behind `after`. */
export interface SurveyPage {
  /** At most 1,000. */
  readonly limit: number;
  readonly after?: SurveyPlace;
}

/**
 * What maintenance reads of the catalogue, across audiences: the newest version of each memory of one tenant, without its
 * text, in pages along an index. A page is read at once and holds no cursor open: whoever has the place of its last memory
 * can go on after a crash. Wiring gives it to maintenance alone.
 */
export interface MemorySurvey {
  /** Memories of a kind whose version is below `beforeVersion`, by (version, memoryId) ascending; `at` is the version. */
  surveyKind(
    tenant: TenantRef,
    kind: MemoryKind,
    page: SurveyPage & { readonly beforeVersion: number },
  ): Promise<readonly SurveyedMemory[]>;

  /**
   * Memories of which every version expires at `nowMs` or before, by (expiresAt, memoryId) ascending; `at` is
   * `expiresAtMs`. What a command has ended before its time stays for as long as it would have been kept, for `AsOf`.
   */
  surveyExpired(tenant: TenantRef, page: SurveyPage & { readonly nowMs: number }): Promise<readonly SurveyedMemory[]>;

  /**
   * Memories whose review is due at `nowMs` or before and that have not expired, by (reviewBy, memoryId) ascending; `at`
   * is `reviewByMs`. With `isCritical` only critical ones that were recalled since their review was due.
   */
  surveyDue(
    tenant: TenantRef,
    page: SurveyPage & { readonly nowMs: number; readonly isCritical?: boolean },
  ): Promise<readonly SurveyedMemory[]>;

  /** Subjects that have memories, ascending, at most `limit`, behind `after`. */
  surveySubjects(
    tenant: TenantRef,
    page: { readonly limit: number; readonly after?: SubjectId },
  ): Promise<readonly SubjectId[]>;

  /** One subject's memories with their sealed text, by (sourceId, memoryId) ascending, at most `limit`, behind `after`. */
  surveyTexts(
    subject: SubjectRef,
    page: { readonly limit: number; readonly after?: { readonly sourceId: SourceId; readonly memoryId: MemoryId } },
  ): Promise<readonly SurveyedText[]>;

  /** One of the subject's memories with its sealed text. */
  surveyText(subject: SubjectRef, memoryId: MemoryId): Promise<SurveyedText | undefined>;
}
