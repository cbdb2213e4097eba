import type { Audience, DepartmentId, SessionKey, SubjectId, TenantId } from '@mneme/events';
import { mayRead } from '@mneme/domain';
import type { HandOff, SessionDocument, SessionStateKind, StateOutcome, StateWrite } from '@mneme/ports';
import type { Database, Statement } from './database.js';
import type { Predicate } from './scope-predicate.js';
import { Statements } from './statements.js';

/** How a session is found, or begun, by its own table. */
export interface SessionNumbers {
  sessionNoOf(session: Pick<SessionDocument, 'tenantId' | 'subjectId' | 'sessionKey'>): number;
}

type Kind = SessionStateKind | 'hand-off';

/** The rows of what agents keep of sessions. Nothing here opens a transaction. */
export class SessionDocuments {
  private readonly statements: Statements<keyof typeof SQL>;
  private readonly reads = new Map<string, Statement>();

  constructor(
    private readonly db: Database,
    private readonly sessions: SessionNumbers,
  ) {
    this.statements = new Statements(db, SQL);
  }

  set(write: StateWrite): StateOutcome {
    const { kind, document } = write;
    const place = this.placeOf(kind, document);
    const refusal = this.refusalOf(place, write);
    if (refusal !== undefined) return refusal;
    this.put(place, document, { tokenHash: null, expiresAtMs: null });
    return { state: 'written' };
  }

  handOff(handOff: HandOff): StateOutcome {
    const place = this.placeOf('hand-off', handOff);
    if ((this.thereAt(place)?.epoch ?? 0) > handOff.epoch) return { state: 'fenced' };
    this.put(place, handOff, handOff);
    return { state: 'written' };
  }

  get(readable: Predicate, sessionKey: SessionKey, kind: SessionStateKind): SessionDocument | undefined {
    const where = 'session_key = :sessionKey AND kind = :kind';
    const row = this.read(BY_SESSION, readable, { where, values: { sessionKey, kind } });
    return row === undefined ? undefined : documentOf(row);
  }

  handOffTo(readable: Predicate, sessionKey: SessionKey, nowMs: number): HandOff | undefined {
    const where = `session_key = :sessionKey AND kind = 'hand-off' AND expires_at_ms > :nowMs`;
    return handOffOf(this.read(BY_SESSION, readable, { where, values: { sessionKey, nowMs } }));
  }

  handOffOfToken(readable: Predicate, tokenHash: string, nowMs: number): HandOff | undefined {
    const where = 'token_hash = :tokenHash AND expires_at_ms > :nowMs';
    return handOffOf(this.read(BY_TOKEN, readable, { where, values: { tokenHash, nowMs } }));
  }

  drop(sessionNo: number): void {
    this.statements.of('dropped').run(sessionNo);
  }

  private placeOf(kind: Kind, document: SessionDocument): Place {
    const sessionNo = this.sessions.sessionNoOf(document);
    return { sessionNo, kind, holder: kind === 'task' ? '' : document.audience };
  }

  private refusalOf(place: Place, { document, expectedRevision, writer }: StateWrite): StateOutcome | undefined {
    const { epoch, revision, tenantId } = document;
    const there = this.thereAt(place);
    if (there !== undefined && there.epoch > epoch) return { state: 'fenced' };
    const isPresent = there?.epoch === epoch;
    const { audience, departmentId } = there ?? document;
    const readable = { tenantId, audience, departmentId: departmentId ?? undefined };
    if (isPresent && writer !== undefined && !mayRead(writer, readable)) return { state: 'foreign' };
    const present = isPresent ? there.revision : 0;
    const isExpected = expectedRevision === undefined || expectedRevision === present;
    return isExpected && present < revision ? undefined : { state: 'conflict', revision: present };
  }

  private thereAt({ sessionNo, kind, holder }: Place): There | undefined {
    return this.statements.of('there').get(sessionNo, kind, holder) as There | undefined;
  }

  private put(
    { sessionNo, kind, holder }: Place,
    document: SessionDocument,
    { tokenHash, expiresAtMs }: { readonly tokenHash: string | null; readonly expiresAtMs: number | null },
  ): void {
    const { audience, departmentId, trust, epoch, revision, sealed } = document;
    const values = [audience, departmentId ?? null, trust, epoch, revision, sealed, tokenHash, expiresAtMs];
    this.statements.of('put').run(sessionNo, kind, holder, ...values);
  }

  private read(from: string, readable: Predicate, wanted: Wanted): DocumentRow | undefined {
    const sql = `SELECT ${COLUMNS} FROM ${from} WHERE ${readable.sql} AND ${wanted.where} ORDER BY revision DESC LIMIT 1`;
    let statement = this.reads.get(sql);
    if (statement === undefined) {
      statement = this.db.prepare(sql);
      this.reads.set(sql, statement);
    }
    return statement.get({ ...readable.values, ...wanted.values }) as DocumentRow | undefined;
  }
}

interface Wanted {
  readonly where: string;
  readonly values: Predicate['values'];
}

const BY_SESSION = `sessions INDEXED BY sessions_by_key
  CROSS JOIN session_documents INDEXED BY session_documents_by_place USING (session_no)`;
const BY_TOKEN = `session_documents INDEXED BY session_documents_by_token CROSS JOIN sessions USING (session_no)`;

interface Place {
  readonly sessionNo: number;
  readonly kind: Kind;
  readonly holder: string;
}

interface There {
  readonly epoch: number;
  readonly revision: number;
  readonly audience: Audience;
  readonly departmentId: DepartmentId | null;
}

interface DocumentRow extends There {
  readonly tenantId: TenantId;
  readonly subjectId: SubjectId;
  readonly sessionKey: SessionKey;
  readonly trust: number;
  readonly sealed: string;
  readonly tokenHash: string | null;
  readonly expiresAtMs: number | null;
}

const COLUMNS = `tenant_id AS tenantId, subject_id AS subjectId, session_key AS sessionKey, audience,
  department_id AS departmentId, trust, epoch, revision, sealed, token_hash AS tokenHash, expires_at_ms AS expiresAtMs`;

const SQL = {
  there: `SELECT epoch, revision, audience, department_id AS departmentId FROM session_documents
    WHERE session_no = ? AND kind = ? AND holder = ?`,
  put: `INSERT OR REPLACE INTO session_documents (session_no, kind, holder, audience, department_id, trust, epoch,
    revision, sealed, token_hash, expires_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  dropped: 'DELETE FROM session_documents WHERE session_no = ?',
} as const;

function documentOf(row: DocumentRow): SessionDocument {
  const { departmentId, tokenHash: _token, expiresAtMs: _expiry, ...fields } = row;
  return { ...fields, ...(departmentId === null ? {} : { departmentId }) };
}

function handOffOf(row: DocumentRow | undefined): HandOff | undefined {
  if (row === undefined || row.tokenHash === null || row.expiresAtMs === null) return undefined;
  return { ...documentOf(row), tokenHash: row.tokenHash, expiresAtMs: row.expiresAtMs };
}
