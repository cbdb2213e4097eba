import type { CatalogueRow } from '../projections.js';

/** How often a memory was recalled, in all its versions. */
export interface Accesses {
  readonly accessCount: number;
  readonly lastAccessMs?: number;
}

type SurveyedFields =
  | 'memoryId'
  | 'version'
  | 'tenantId'
  | 'subjectId'
  | 'sourceId'
  | 'audience'
  | 'departmentId'
  | 'kind'
  | 'flags'
  | 'sourceClass'
  | 'confidence'
  | 'importance'
  | 'occurredAtMs'
  | 'recordedAt'
  | 'reviewByMs'
  | 'expiresAtMs'
  | 'epoch';

/** The newest version of a memory as maintenance looks at it: no text, and how it was used. */
export type SurveyedMemory = Pick<CatalogueRow, SurveyedFields> & Accesses;

/** With its text, sealed. */
export type SurveyedText = SurveyedMemory & Pick<CatalogueRow, 'sealed'>;
