import { CATALOGUE_COLUMNS as ROW } from './catalogue-columns.js';
import { IS_HIGHEST } from './highest-version.js';
import { WANTED } from './memory-filter.js';
import { namedStatementsOf } from './named-statements.js';
import { EACH_AUDIENCE, OF_TENANT, READABLE, READABLE_IN_ORDER } from './scope-predicate.js';
import { statementsOf } from './statements.js';

const IN_ORDER = 'occurred_at_ms DESC, recorded_at DESC, memory_id DESC';

/** What requests read. */
export const CATALOGUE_READS = namedStatementsOf('catalogue', {
  // One step down the key for each id, whatever the planner believes about the table.
  get: `SELECT ${ROW.of('own')} FROM unnest(:memoryIds::uuid[]) AS asked (id) CROSS JOIN LATERAL (
      SELECT * FROM catalogue WHERE ${OF_TENANT} AND memory_id = asked.id ORDER BY version DESC LIMIT 1
    ) AS own WHERE ${READABLE}`,
  // Each audience follows the order of the index and stops at the limit.
  list: `SELECT ${ROW.of('page')} FROM ${EACH_AUDIENCE} CROSS JOIN LATERAL (
      SELECT * FROM catalogue AS own WHERE ${READABLE_IN_ORDER} AND ${WANTED}
        AND (expires_at_ms IS NULL OR expires_at_ms > :nowMs)
        AND (occurred_at_ms, recorded_at, memory_id) < (:afterOccurredAtMs, :afterRecordedAt, :afterMemoryId::uuid)
        AND ${IS_HIGHEST}
      ORDER BY ${IN_ORDER} LIMIT :limit
    ) AS page ORDER BY ${IN_ORDER} LIMIT :limit`,
  // Along the index by subject, from one place to the next: nothing is held open in between.
  records: `SELECT ${ROW.of('own')} FROM catalogue AS own WHERE ${OF_TENANT}
      AND (subject_id, source_id, memory_id, version) > (:subjectId, :sourceId, :memoryId::uuid, :version)
    ORDER BY subject_id, source_id, memory_id, version LIMIT :limit`,
});

const { names } = ROW;
const of = (table: string) => `(${names.map((name) => `${table}.${name}`).join(', ')})`;

/** What the projection writes. */
export const CATALOGUE_WRITES = statementsOf('catalogue', {
  // What is there already is not written again. Accesses are the memory's: a new version begins with them.
  put: `INSERT INTO catalogue AS own (${ROW.list}, access_count, last_access_ms)
    SELECT fresh.*, coalesce(seen.access_count, 0), seen.last_access_ms FROM ${ROW.unnested('fresh')} CROSS JOIN LATERAL (
      SELECT max(access_count) AS access_count, max(last_access_ms) AS last_access_ms FROM catalogue
      WHERE tenant_id = fresh.tenant_id AND memory_id = fresh.memory_id
    ) AS seen
    ON CONFLICT (tenant_id, memory_id, version) DO UPDATE SET ${names.map((name) => `${name} = excluded.${name}`).join(', ')}
    WHERE ${of('own')} IS DISTINCT FROM ${of('excluded')}`,
  remove: `DELETE FROM catalogue USING unnest($1::uuid[], $2::bigint[]) AS gone (memory_id, version)
    WHERE catalogue.memory_id = gone.memory_id AND catalogue.version = gone.version`,
});
