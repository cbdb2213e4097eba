import { SESSION_DOCUMENTS_STEP } from './session-documents-schema.js';

/**
 * Schema of `session.db`, one step a version, only ever added to. What is said of a session stands once, in its own row:
 * whose it is, and its key. A turn's row goes to the end of its table, and one small index is written in between; it also
 * knows a turn that comes twice. An index by turn alone would be written all over for each batch, and serve nothing but the
 * look for an erased turn, which reads through this one.
 */
export const SESSION_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE sessions (
    session_no INTEGER PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    session_key TEXT NOT NULL,
    last_append_ms INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX sessions_by_key ON sessions (tenant_id, session_key, subject_id);
  CREATE INDEX sessions_by_subject ON sessions (tenant_id, subject_id);
  CREATE INDEX sessions_by_age ON sessions (last_append_ms);

  CREATE TABLE session_turns (
    row_id INTEGER PRIMARY KEY,
    session_no INTEGER NOT NULL,
    turn_id TEXT NOT NULL,
    audience TEXT NOT NULL,
    department_id TEXT,
    trust REAL NOT NULL,
    occurred_at_ms INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    turn TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX session_turns_in_order ON session_turns (session_no, occurred_at_ms, recorded_at, turn_id);
  `,
  SESSION_DOCUMENTS_STEP,
];
