import { z } from 'zod';
import { Epoch, RecordedAt, SessionKey, SubjectId, TenantId, TurnId } from './scalars.js';

/** Turns that one end can name. */
export const SESSION_TURNS_MAX = 200;

/**
 * A session is over, for now: somebody ended it, or it has had no turn for a while. On `turns`, keyed by end id, behind the
 * session's turns in its subject's partition. Its `recordedAt` is the version of the summary that it causes; a session that
 * goes on ends again, and gets a newer version.
 */
export const SessionEndedV1 = z.object({
  type: z.literal('session-ended'),
  v: z.literal(1),
  tenantId: TenantId,
  subjectId: SubjectId,
  epoch: Epoch,
  /** Of the same kind as turn ids, and reserved beside them: one for a session and the turn that was recorded last. */
  endId: TurnId,
  recordedAt: RecordedAt,
  sessionKey: SessionKey,
  /** The turns of the session, the newest, in their order. The owner sums up what it has kept of them, and nothing else. */
  turnIds: z.array(TurnId).min(1).max(SESSION_TURNS_MAX),
});
export type SessionEnded = z.infer<typeof SessionEndedV1>;
