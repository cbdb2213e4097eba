/**
 * What agents keep of a session: its task's state, working states and hand-offs, one row each. A session may begin with
 * them, before its first turn (`last_append_ms` 0); it lives on by their use as by its turns. `ended_append_ms` is the
 * append up to which the session's end was noted.
 */
export const SESSION_DOCUMENTS_STEP = `
  ALTER TABLE sessions ADD COLUMN last_used_ms INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE sessions ADD COLUMN ended_append_ms INTEGER NOT NULL DEFAULT 0;

  CREATE TABLE session_documents (
    row_id INTEGER PRIMARY KEY,
    session_no INTEGER NOT NULL,
    kind TEXT NOT NULL,
    holder TEXT NOT NULL,
    audience TEXT NOT NULL,
    department_id TEXT,
    trust REAL NOT NULL,
    epoch INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    sealed TEXT NOT NULL,
    token_hash TEXT,
    expires_at_ms INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX session_documents_by_place ON session_documents (session_no, kind, holder);
  CREATE INDEX session_documents_by_token ON session_documents (token_hash) WHERE token_hash IS NOT NULL;
`;
