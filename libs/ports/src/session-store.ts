import type { TurnReceived } from '@mneme/events';
import type { ReadScope } from '@mneme/domain';
import type { SessionKey } from '@mneme/events';

/** Hot state of conversations, 24 h, sealed as the log has it. Not durable: the log can give the turns back. */
export interface SessionStore {
  /** Adds turns by id; idempotent. Keeps the newest `turnsMax` of each session, until 24 h after its last turn. */
  append(turns: readonly TurnReceived[]): Promise<void>;
  /** The last `limit` readable turns, oldest first by (occurredAt, recordedAt). */
  lastTurns(scope: ReadScope, sessionKey: SessionKey, limit: number): Promise<readonly TurnReceived[]>;
  /** Drops sessions whose last turn was appended before `beforeMs`; at most `sessionsMax`; answers how many. */
  expire(beforeMs: number, sessionsMax: number): Promise<number>;
}
