import type { SessionKey, SubjectId, TenantId } from '@mneme/events';
import { InvalidInput } from '@mneme/domain';
import type { IdlePage, IdleSession } from '@mneme/ports';
import type { Database } from './database.js';
import { Statements } from './statements.js';

/** Which sessions have had no turn for a while, along the index by age. */
export class IdleSessions {
  private readonly statements: Statements<keyof typeof SQL>;

  constructor(db: Database) {
    this.statements = new Statements(db, SQL);
  }

  page(beforeMs: number, sessionsMax: number, after?: string): IdlePage {
    const [afterMs, afterNo] = after === undefined ? [0, 0] : placeOf(after);
    const rows = this.statements.of('page').all(beforeMs, afterMs, afterNo, sessionsMax) as unknown as readonly Row[];
    const last = rows.at(-1);
    const sessions = rows.filter(({ lastAppendMs, endedAppendMs }) => endedAppendMs < lastAppendMs).map(sessionOf);
    if (last === undefined || rows.length < sessionsMax) return { sessions };
    return { sessions, next: `${last.lastAppendMs}/${last.sessionNo}` };
  }

  noteEnded({ tenantId, sessionKey, subjectId, lastAppendMs }: IdleSession): void {
    this.statements.of('ended').run(lastAppendMs, tenantId, sessionKey, subjectId, lastAppendMs);
  }
}

interface Row {
  readonly sessionNo: number;
  readonly tenantId: TenantId;
  readonly subjectId: SubjectId;
  readonly sessionKey: SessionKey;
  readonly lastAppendMs: number;
  readonly endedAppendMs: number;
}

const SQL = {
  page: `SELECT session_no AS sessionNo, tenant_id AS tenantId, subject_id AS subjectId, session_key AS sessionKey,
      last_append_ms AS lastAppendMs, ended_append_ms AS endedAppendMs
    FROM sessions INDEXED BY sessions_by_age
    WHERE last_append_ms > 0 AND last_append_ms < ? AND (last_append_ms, session_no) > (?, ?)
    ORDER BY last_append_ms, session_no LIMIT ? + 0`,
  ended: `UPDATE sessions SET ended_append_ms = ? WHERE tenant_id = ? AND session_key = ? AND subject_id = ?
    AND last_append_ms = ?`,
} as const;

function sessionOf({ sessionNo: _no, endedAppendMs: _ended, ...session }: Row): IdleSession {
  return session;
}

function placeOf(after: string): readonly [number, number] {
  const [, afterMs, afterNo] = /^(\d{1,16})\/(\d{1,16})$/.exec(after) ?? [];
  if (afterMs === undefined || afterNo === undefined) throw new InvalidInput('this is no page', { field: 'after' });
  return [Number(afterMs), Number(afterNo)];
}
