import type { SessionKey, TurnReceived } from '@mneme/events';
import { epochMsOf, type SubjectRef } from '@mneme/domain';
import type { Database, Statement } from './database.js';
import type { Predicate } from './scope-predicate.js';

const SESSION = 'tenant_id = :tenantId AND subject_id = :subjectId AND session_key = :sessionKey';
const ORDER = 'occurred_at_ms DESC, recorded_at DESC, turn_id DESC';

export interface AppendedTurn {
  readonly turn: TurnReceived;
  readonly appendedAtMs: number;
}

/** The rows of the hot sessions: their turns as the log has them, sealed, and when the last one came. */
export class SessionTurns {
  private readonly added: Statement;
  private readonly touched: Statement;
  private readonly trimmed: Statement;
  private readonly aged: Statement;
  private readonly dropped: Statement;
  private readonly emptied: Statement;
  private readonly reads = new Map<string, Statement>();

  constructor(
    private readonly db: Database,
    private readonly turnsMax: number,
  ) {
    this.added = db.prepare(
      `INSERT INTO session_turns (turn_id, tenant_id, subject_id, session_key, audience, department_id, trust,
        occurred_at_ms, recorded_at, epoch, turn) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING`,
    );
    this.touched = db.prepare(
      `INSERT INTO sessions (tenant_id, subject_id, session_key, last_append_ms) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET last_append_ms = max(last_append_ms, excluded.last_append_ms)`,
    );
    this.trimmed = db.prepare(
      `DELETE FROM session_turns WHERE ${SESSION} AND (occurred_at_ms, recorded_at, turn_id) <=
        (SELECT occurred_at_ms, recorded_at, turn_id FROM session_turns WHERE ${SESSION} ORDER BY ${ORDER}
          LIMIT 1 OFFSET :turnsMax)`,
    );
    this.aged = db.prepare(
      `DELETE FROM sessions WHERE (tenant_id, subject_id, session_key) IN
        (SELECT tenant_id, subject_id, session_key FROM sessions WHERE last_append_ms < ? ORDER BY last_append_ms LIMIT ?)
        RETURNING tenant_id AS tenantId, subject_id AS subjectId, session_key AS sessionKey`,
    );
    this.dropped = db.prepare(`DELETE FROM session_turns WHERE ${SESSION}`);
    this.emptied = db.prepare(
      `DELETE FROM sessions WHERE tenant_id = ? AND subject_id = ? AND NOT EXISTS (SELECT 1 FROM session_turns AS own
        WHERE own.tenant_id = sessions.tenant_id AND own.subject_id = sessions.subject_id
          AND own.session_key = sessions.session_key)`,
    );
  }

  add(appended: readonly AppendedTurn[]): void {
    const sessions = new Map<string, TurnReceived>();
    for (const { turn, appendedAtMs } of appended) {
      if (this.added.run(...valuesOf(turn)).changes === 0) continue;
      this.touched.run(turn.tenantId, turn.subjectId, turn.sessionKey, appendedAtMs);
      sessions.set(`${turn.tenantId} ${turn.subjectId} ${turn.sessionKey}`, turn);
    }
    const { turnsMax } = this;
    for (const turn of sessions.values()) this.trimmed.run({ ...sessionOf(turn), turnsMax });
  }

  last(readable: Predicate, sessionKey: SessionKey, limit: number): readonly TurnReceived[] {
    const values = { ...readable.values, sessionKey, limit };
    const rows = this.readOf(readable.sql).all(values) as readonly { readonly turn: string }[];
    return rows.map(({ turn }) => JSON.parse(turn) as TurnReceived).reverse();
  }

  expire(beforeMs: number, sessionsMax: number): number {
    const sessions = this.aged.all(beforeMs, sessionsMax) as readonly ReturnType<typeof sessionOf>[];
    for (const session of sessions) this.dropped.run({ ...session });
    return sessions.length;
  }

  forgetEmptySessions({ tenantId, subjectId }: SubjectRef): void {
    this.emptied.run(tenantId, subjectId);
  }

  private readOf(where: string): Statement {
    const known = this.reads.get(where);
    if (known !== undefined) return known;
    const statement = this.db.prepare(
      `SELECT turn FROM session_turns INDEXED BY session_turns_by_audience
        WHERE ${where} AND session_key = :sessionKey ORDER BY ${ORDER} LIMIT :limit`,
    );
    this.reads.set(where, statement);
    return statement;
  }
}

function sessionOf({ tenantId, subjectId, sessionKey }: TurnReceived) {
  return { tenantId, subjectId, sessionKey };
}

function valuesOf(turn: TurnReceived): (string | number | null)[] {
  return [
    turn.turnId,
    turn.tenantId,
    turn.subjectId,
    turn.sessionKey,
    turn.audience,
    turn.departmentId ?? null,
    turn.trust,
    epochMsOf(turn.occurredAt),
    turn.recordedAt,
    turn.epoch,
    JSON.stringify(turn),
  ];
}
