import type { SessionKey, SubjectId, TenantId, TurnReceived } from '@mneme/events';
import type { SubjectRef } from '@mneme/domain';

export interface IdleSession {
  readonly tenantId: TenantId;
  readonly subjectId: SubjectId;
  readonly sessionKey: SessionKey;
  /** When its last turn was appended, epoch ms. */
  readonly lastAppendMs: number;
}

export interface IdlePage {
  readonly sessions: readonly IdleSession[];
  /** Where the next page goes on; absent at the end. */
  readonly next?: string;
}

/**
 * What is needed of hot sessions to end them and to sum them up, by subject and below every read scope. Wiring gives it to
 * the sweep of idle sessions and to the owner of summaries alone.
 */
export interface SessionEnds {
  /** The last `limit` turns of the subject in the session, oldest first by (occurredAt, recordedAt, id). */
  turnsOf(subject: SubjectRef, sessionKey: SessionKey, limit: number): Promise<readonly TurnReceived[]>;
  /**
   * Sessions whose last turn was appended before `beforeMs` and whose end was not noted since, least recent first. Looks at
   * no more than `sessionsMax` sessions, so that a page may be empty and not the last.
   */
  idleSessions(page: {
    readonly beforeMs: number;
    readonly sessionsMax: number;
    readonly after?: string;
  }): Promise<IdlePage>;
  /** Notes the end of a session as it was found; a session that went on meanwhile stays open. Idempotent. */
  noteEnded(session: IdleSession): Promise<void>;
}
