import type { SurveyedMemory, SurveyedText } from '@mneme/domain';
import { CATALOGUE_COLUMNS } from './catalogue-columns.js';
import { IS_HIGHEST } from './highest-version.js';
import { namedStatementsOf } from './named-statements.js';
import { RecordColumns } from './record-columns.js';
import { OF_TENANT } from './scope-predicate.js';

// What maintenance is not told: whose words are in it, how far it is trusted, where it comes from, and its text.
const UNTOLD = new Set(['contributors', 'trust', 'sessionKey', 'agentId', 'teamId', 'derivedFrom', 'sealed']);

const FIELDS = CATALOGUE_COLUMNS.columns.filter(({ field }) => !UNTOLD.has(field));
const ACCESSES = [
  { name: 'access_count', field: 'accessCount', type: 'bigint' },
  { name: 'last_access_ms', field: 'lastAccessMs', type: 'bigint' },
] as const;

export const SURVEYED_MEMORY = new RecordColumns<SurveyedMemory>([...FIELDS, ...ACCESSES]);
export const SURVEYED_TEXT = new RecordColumns<SurveyedText>([
  ...FIELDS,
  ...ACCESSES,
  { name: 'sealed', field: 'sealed', type: 'text' },
]);

const OF_MEMORY = 'every.tenant_id = own.tenant_id AND every.memory_id = own.memory_id';
const MEMORY = new RecordColumns(FIELDS);
const SEEN = new RecordColumns(ACCESSES);
const TOLD = `${MEMORY.of('own')}, ${SEEN.of('seen')}`;

// Whichever version was recalled: the accesses are the memory's.
const WITH_ACCESSES = `CROSS JOIN LATERAL (
    SELECT max(access_count) AS access_count, max(last_access_ms) AS last_access_ms FROM catalogue AS every WHERE ${OF_MEMORY}
  ) AS seen`;

/** A page of the newest versions along one index, in its order. */
function pageOf(at: string, where: string): string {
  return `SELECT ${TOLD} FROM (
      SELECT * FROM catalogue AS own WHERE ${OF_TENANT} AND ${where} AND (${at}, memory_id) > (:at, :memoryId::uuid)
        AND ${IS_HIGHEST}
      ORDER BY ${at}, memory_id LIMIT :limit
    ) AS own ${WITH_ACCESSES} ORDER BY own.${at}, own.memory_id`;
}

const IS_DUE =
  'review_by_ms IS NOT NULL AND review_by_ms <= :nowMs AND (expires_at_ms IS NULL OR expires_at_ms > :nowMs)';

// What a command has ended before its time stays for as long as it would have been kept, for `AsOf`.
const IS_OVER = `expires_at_ms IS NOT NULL AND expires_at_ms <= :nowMs AND (
  SELECT bool_and(every.expires_at_ms IS NOT NULL AND every.expires_at_ms <= :nowMs) FROM catalogue AS every WHERE ${OF_MEMORY})`;

const OF_SUBJECT = `${OF_TENANT} AND subject_id = :subjectId`;

/** Every statement; a spec looks at how each is run. */
export const SURVEY = namedStatementsOf('survey', {
  kind: pageOf('version', 'kind = :kind AND version < :beforeVersion'),
  expired: pageOf('expires_at_ms', IS_OVER),
  due: pageOf('review_by_ms', IS_DUE),
  recalledCritical: pageOf(
    'review_by_ms',
    `${IS_DUE} AND importance = 'critical'
      AND (SELECT max(last_access_ms) FROM catalogue AS every WHERE ${OF_MEMORY}) >= own.review_by_ms`,
  ),
  // One step down the index a subject, however many memories each has.
  subjects: `WITH RECURSIVE found (subject_id) AS (
      (SELECT subject_id FROM catalogue WHERE ${OF_TENANT} AND subject_id > :after ORDER BY subject_id LIMIT 1)
      UNION ALL
      SELECT (SELECT own.subject_id FROM catalogue AS own
          WHERE ${OF_TENANT} AND own.subject_id > found.subject_id ORDER BY own.subject_id LIMIT 1)
        FROM found WHERE found.subject_id IS NOT NULL
    ) SELECT subject_id AS "subjectId" FROM found WHERE subject_id IS NOT NULL LIMIT :limit`,
  text: `SELECT ${TOLD}, own.sealed AS sealed FROM (
      SELECT * FROM catalogue WHERE ${OF_TENANT} AND memory_id = :memoryId::uuid ORDER BY version DESC LIMIT 1
    ) AS own ${WITH_ACCESSES} WHERE own.subject_id = :subjectId`,
  texts: `SELECT ${TOLD}, own.sealed AS sealed FROM (
      SELECT * FROM catalogue AS own WHERE ${OF_SUBJECT} AND (source_id, memory_id) > (:sourceId, :memoryId::uuid)
        AND ${IS_HIGHEST}
      ORDER BY source_id, memory_id LIMIT :limit
    ) AS own ${WITH_ACCESSES} ORDER BY own.source_id, own.memory_id`,
});
