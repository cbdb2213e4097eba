import { statementsOf } from './statements.js';

const OF_SUBJECT = `tenant_id = $1 AND subject_id = decode($2, 'hex') AND epoch < $3`;

export const ACCEPTED_TURNS_SQL = statementsOf('acceptedTurns', {
  // A turn that is kept with another payload has its fingerprint set to none, which the column refuses: with it goes the
  // whole statement, and whatever it has reserved so far. All in one order, so that two that reserve the same turns
  // never wait for each other.
  keep: `INSERT INTO accepted_turns AS kept (turn_id, tenant_id, subject_id, epoch, fingerprint, recorded_at)
    SELECT turn_id, tenant_id, decode(subject_id, 'hex'), epoch, fingerprint, recorded_at
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::text[], $6::bigint[])
      AS given (turn_id, tenant_id, subject_id, epoch, fingerprint, recorded_at)
    ORDER BY given.turn_id
    ON CONFLICT (turn_id) DO UPDATE SET tenant_id = excluded.tenant_id, subject_id = excluded.subject_id,
      epoch = excluded.epoch, recorded_at = excluded.recorded_at, partition = NULL, log_offset = NULL,
      fingerprint = CASE WHEN kept.epoch < excluded.epoch THEN excluded.fingerprint END
    WHERE kept.epoch < excluded.epoch OR (kept.fingerprint, kept.tenant_id, kept.subject_id)
      <> (excluded.fingerprint, excluded.tenant_id, excluded.subject_id)
    RETURNING turn_id AS "turnId"`,
  find: `SELECT turn_id AS "turnId", tenant_id AS "tenantId", encode(subject_id, 'hex') AS "subjectId", epoch, fingerprint,
    recorded_at AS "recordedAt", partition, log_offset AS "offset" FROM accepted_turns WHERE turn_id = ANY ($1::uuid[])`,
  mark: `UPDATE accepted_turns AS kept SET partition = given.partition, log_offset = given.log_offset
    FROM unnest($1::uuid[], $2::bigint[], $3::int[], $4::bigint[]) AS given (turn_id, recorded_at, partition, log_offset)
    WHERE kept.turn_id = given.turn_id AND kept.recorded_at = given.recorded_at`,
  highest: 'SELECT coalesce(max(recorded_at), 0) AS highest FROM accepted_turns',
  expire: `DELETE FROM accepted_turns WHERE turn_id IN (SELECT turn_id FROM accepted_turns
    WHERE recorded_at < $1 ORDER BY recorded_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
  count: `SELECT count(*) AS count FROM accepted_turns WHERE ${OF_SUBJECT}`,
  erase: `DELETE FROM accepted_turns WHERE turn_id IN
    (SELECT turn_id FROM accepted_turns WHERE ${OF_SUBJECT} LIMIT $4 FOR UPDATE)`,
  eraseTurns: `DELETE FROM accepted_turns WHERE ${OF_SUBJECT} AND turn_id = ANY ($4::uuid[])`,
  probe: `SELECT turn_id AS "turnId" FROM accepted_turns WHERE tenant_id = $1 AND subject_id = decode($2, 'hex')
    LIMIT $3`,
  has: `SELECT turn_id AS "turnId" FROM accepted_turns WHERE tenant_id = $1 AND turn_id = ANY ($2::uuid[])`,
});
