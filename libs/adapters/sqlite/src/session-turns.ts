import type { SessionKey, TurnReceived } from '@mneme/events';
import { epochMsOf, type SubjectRef } from '@mneme/domain';
import type { SessionDocument } from '@mneme/ports';
import type { Database, Statement } from './database.js';
import type { Predicate } from './scope-predicate.js';
import { Statements } from './statements.js';

const ORDER = 'occurred_at_ms DESC, recorded_at DESC, turn_id DESC';

export interface AppendedTurn {
  readonly turn: TurnReceived;
  readonly appendedAtMs: number;
}

/** The rows of the hot sessions: their turns as the log has them, sealed, and when the last one came. */
export class SessionTurns {
  private readonly statements: Statements<keyof typeof SQL>;
  private readonly reads = new Map<string, Statement>();

  constructor(
    private readonly db: Database,
    private readonly turnsMax: number,
  ) {
    this.statements = new Statements(db, SQL);
  }

  add(appended: readonly AppendedTurn[]): void {
    for (const turns of bySession(appended).values()) this.addToSession(turns);
  }

  last(readable: Predicate, sessionKey: SessionKey, limit: number): readonly TurnReceived[] {
    const values = { ...readable.values, sessionKey, limit };
    const rows = this.readOf(readable.sql).all(values) as readonly TurnRow[];
    return rows.map(({ turn }) => JSON.parse(turn) as TurnReceived).reverse();
  }

  /** Whoever may read them. */
  lastOf({ tenantId, subjectId }: SubjectRef, sessionKey: SessionKey, limit: number): readonly TurnReceived[] {
    const rows = this.statements.of('lastOf').all(tenantId, sessionKey, subjectId, limit) as readonly TurnRow[];
    return rows.map(({ turn }) => JSON.parse(turn) as TurnReceived).reverse();
  }

  /** Drops the sessions; answers their numbers. */
  expire(beforeMs: number, sessionsMax: number): readonly number[] {
    const sessions = this.statements.of('aged').all(beforeMs, beforeMs, sessionsMax) as readonly SessionRow[];
    for (const { sessionNo } of sessions) this.statements.of('dropped').run(sessionNo);
    return sessions.map(({ sessionNo }) => sessionNo);
  }

  /** The number of a session, which begins here when it is not there. */
  sessionNoOf(session: SessionName, appendedAtMs = 0): number {
    const { tenantId, sessionKey, subjectId } = session;
    const known = this.statements.of('session').get(tenantId, sessionKey, subjectId) as SessionRow | undefined;
    if (known !== undefined) return known.sessionNo;
    return Number(this.statements.of('began').run(tenantId, sessionKey, subjectId, appendedAtMs).lastInsertRowid);
  }

  /** A use now, noted at most once in `UNNOTED_MS`: reads would write all the time. */
  noteUse({ tenantId, sessionKey, subjectId }: SessionName, nowMs: number): void {
    this.statements.of('used').run(nowMs, tenantId, sessionKey, subjectId, nowMs - UNNOTED_MS);
  }

  forgetEmptySessions({ tenantId, subjectId }: SubjectRef): void {
    this.statements.of('emptied').run(tenantId, subjectId);
  }

  private addToSession(appended: readonly AppendedTurn[]): void {
    const [first] = appended as readonly [AppendedTurn];
    const sessionNo = this.sessionNoOf(first.turn, first.appendedAtMs);
    const added = appended.filter(
      ({ turn }) => this.statements.of('added').run(sessionNo, ...valuesOf(turn)).changes > 0,
    );
    if (added.length === 0) return;
    this.statements.of('touched').run(Math.max(...added.map(({ appendedAtMs }) => appendedAtMs)), sessionNo);
    const { turnsMax } = this;
    const { count } = this.statements.of('count').get(sessionNo) as { readonly count: number };
    if (count > turnsMax) this.statements.of('trimmed').run({ sessionNo, turnsMax });
  }

  private readOf(where: string): Statement {
    const known = this.reads.get(where);
    if (known !== undefined) return known;
    const statement = this.db.prepare(
      `SELECT turn FROM sessions INDEXED BY sessions_by_key
        CROSS JOIN session_turns INDEXED BY session_turns_in_order USING (session_no)
        WHERE ${where} AND session_key = :sessionKey ORDER BY ${ORDER} LIMIT :limit + 0`,
    );
    this.reads.set(where, statement);
    return statement;
  }
}

type SessionName = Pick<SessionDocument, 'tenantId' | 'sessionKey' | 'subjectId'>;

const UNNOTED_MS = 60_000;

interface TurnRow {
  readonly turn: string;
}

interface SessionRow {
  readonly sessionNo: number;
}

const SQL = {
  session: 'SELECT session_no AS sessionNo FROM sessions WHERE tenant_id = ? AND session_key = ? AND subject_id = ?',
  began: 'INSERT INTO sessions (tenant_id, session_key, subject_id, last_append_ms) VALUES (?, ?, ?, ?)',
  added: `INSERT INTO session_turns (session_no, turn_id, audience, department_id, trust, occurred_at_ms, recorded_at,
    epoch, turn) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  touched: 'UPDATE sessions SET last_append_ms = max(last_append_ms, ?) WHERE session_no = ?',
  count: 'SELECT count(*) AS count FROM session_turns WHERE session_no = ?',
  // From the first row past the newest `turnsMax` on; where there is none, the comparison with NULL deletes nothing.
  trimmed: `DELETE FROM session_turns WHERE session_no = :sessionNo AND (occurred_at_ms, recorded_at, turn_id) <=
    (SELECT occurred_at_ms, recorded_at, turn_id FROM session_turns WHERE session_no = :sessionNo ORDER BY ${ORDER}
      LIMIT 1 OFFSET :turnsMax)`,
  aged: `DELETE FROM sessions WHERE session_no IN
    (SELECT session_no FROM sessions WHERE last_append_ms < ? AND last_used_ms < ? ORDER BY last_append_ms LIMIT ? + 0)
    RETURNING session_no AS sessionNo`,
  lastOf: `SELECT turn FROM sessions INDEXED BY sessions_by_key
    CROSS JOIN session_turns INDEXED BY session_turns_in_order USING (session_no)
    WHERE tenant_id = ? AND session_key = ? AND subject_id = ? ORDER BY ${ORDER} LIMIT ? + 0`,
  used: `UPDATE sessions SET last_used_ms = ? WHERE tenant_id = ? AND session_key = ? AND subject_id = ?
    AND last_used_ms < ?`,
  dropped: 'DELETE FROM session_turns WHERE session_no = ?',
  emptied: `DELETE FROM sessions WHERE tenant_id = ? AND subject_id = ?
    AND NOT EXISTS (SELECT 1 FROM session_turns AS own WHERE own.session_no = sessions.session_no)
    AND NOT EXISTS (SELECT 1 FROM session_documents AS own WHERE own.session_no = sessions.session_no)`,
} as const;

function bySession(appended: readonly AppendedTurn[]): ReadonlyMap<string, readonly AppendedTurn[]> {
  const sessions = new Map<string, AppendedTurn[]>();
  for (const one of appended) {
    const { tenantId, subjectId, sessionKey } = one.turn;
    const key = `${tenantId} ${subjectId} ${sessionKey}`;
    const session = sessions.get(key);
    if (session === undefined) sessions.set(key, [one]);
    else session.push(one);
  }
  return sessions;
}

function valuesOf(turn: TurnReceived): (string | number | null)[] {
  return [
    turn.turnId,
    turn.audience,
    turn.departmentId ?? null,
    turn.trust,
    epochMsOf(turn.occurredAt),
    turn.recordedAt,
    turn.epoch,
    JSON.stringify(turn),
  ];
}
