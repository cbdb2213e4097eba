import { statementsOf } from './statements.js';

// The server's clock: all that write the table go by the same one.
const NOW_MS = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

export const KEYS = statementsOf('memory-keys', {
  begin: `INSERT INTO memory_key_marks (partition, next_offset, caught_up_at_ms) VALUES ($1, 0, ${NOW_MS})
    ON CONFLICT DO NOTHING`,
  mark: `SELECT next_offset AS "nextOffset", ${NOW_MS} - caught_up_at_ms AS "ageMs" FROM memory_key_marks
    WHERE partition = $1`,
  marks: 'SELECT partition, next_offset AS "nextOffset" FROM memory_key_marks',
  // Nothing is noted when the mark is no longer where the page begins: somebody else has noted it.
  note: `WITH moved AS (
      UPDATE memory_key_marks SET next_offset = $3 WHERE partition = $1 AND next_offset = $2 RETURNING partition
    ), noted AS (
      INSERT INTO memory_keys AS own (partition, key, record_offset, tombstoned_at_ms)
      SELECT moved.partition, page.* FROM moved,
        unnest($4::text[], $5::bigint[], $6::bigint[]) AS page (key, record_offset, tombstoned_at_ms)
      ON CONFLICT (partition, key) DO UPDATE
        SET record_offset = excluded.record_offset, tombstoned_at_ms = excluded.tombstoned_at_ms
        WHERE own.record_offset < excluded.record_offset
    ) SELECT count(*) AS moved FROM moved`,
  settle: `WITH settled AS (
      UPDATE memory_key_marks SET caught_up_at_ms = ${NOW_MS}
      WHERE partition = $1 AND next_offset = $2 AND caught_up_at_ms < ${NOW_MS} - $3
    ) DELETE FROM memory_keys WHERE partition = $1 AND tombstoned_at_ms < ${NOW_MS} - $4 AND key IN (
      SELECT key FROM memory_keys WHERE partition = $1 AND tombstoned_at_ms < ${NOW_MS} - $4
      ORDER BY tombstoned_at_ms LIMIT $5)`,
  beginAnew: `UPDATE memory_key_marks SET next_offset = 0, caught_up_at_ms = ${NOW_MS}
    WHERE partition = $1 AND next_offset = $2`,
  empty: `WITH page AS (
      SELECT key FROM memory_keys WHERE partition = $1 AND key > $2 ORDER BY key LIMIT $3
    ), emptied AS (
      DELETE FROM memory_keys AS own USING page WHERE own.partition = $1 AND own.key = page.key
    ) SELECT max(key) AS last FROM page`,
  // The sign after a slash: what lies between the two begins with the id and a slash.
  places: `SELECT own.key, own.record_offset AS "offset"
    FROM unnest($2::text[]) WITH ORDINALITY AS asked (id, place) CROSS JOIN LATERAL (
      SELECT key, record_offset FROM memory_keys
      WHERE partition = $1 AND key > asked.id || '/' AND key < asked.id || '0' AND tombstoned_at_ms IS NULL
    ) AS own ORDER BY asked.place`,
  among: 'SELECT key FROM memory_keys WHERE partition = $1 AND key = ANY ($2::text[])',
  forget: `DELETE FROM memory_keys AS own USING unnest($2::text[], $3::bigint[]) AS gone (key, record_offset)
    WHERE own.partition = $1 AND own.key = gone.key AND own.record_offset = gone.record_offset`,
});
