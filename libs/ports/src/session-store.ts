import type { Audience, DepartmentId, SessionKey, SubjectId, TenantId, TurnReceived } from '@mneme/events';
import type { ReadScope } from '@mneme/domain';

/**
 * Hot state of conversations, sealed: last turns as the log has them, and what agents keep of a session. Not durable: the
 * log can give the turns back, the rest is lost with the store. All of a session is kept until 24 h after its last use.
 *
 * Every member is one step on the store: nothing comes between what it looks at and what it writes.
 */
export interface SessionStore {
  /** Adds turns by id; idempotent. Keeps the newest `turnsMax` of each session. */
  append(turns: readonly TurnReceived[]): Promise<void>;
  /** The last `limit` readable turns, oldest first by (occurredAt, recordedAt). */
  lastTurns(scope: ReadScope, sessionKey: SessionKey, limit: number): Promise<readonly TurnReceived[]>;
  /** Drops sessions last used before `beforeMs`; at most `sessionsMax`; answers how many. */
  expire(beforeMs: number, sessionsMax: number): Promise<number>;

  /**
   * Replaces the state of the kind, or refuses and changes nothing. A document of an older epoch counts as absent; one of a
   * newer epoch refuses the write as `fenced`.
   */
  setState(write: StateWrite): Promise<StateOutcome>;
  /** The state of the kind that the scope may read; a working state is that of the scope's own agent. It is a use. */
  getState(scope: ReadScope, sessionKey: SessionKey, kind: SessionStateKind): Promise<SessionDocument | undefined>;
  /**
   * Puts a hand-off in the place of the last one to the same receiver, whatever its revision, together with the task's state,
   * or neither. A conflict is one of the task's state.
   */
  handOff(handOff: HandOff, task?: Omit<StateWrite, 'kind'>): Promise<StateOutcome>;
  /** The readable hand-off of this token, unless it was over by `nowMs`. */
  findHandOff(scope: ReadScope, tokenHash: string, nowMs: number): Promise<HandOff | undefined>;
  /** All that an agent goes on with, in one step. It is a use. */
  openSession(scope: ReadScope, sessionKey: SessionKey, view: OpenSessionView): Promise<OpenSession>;
}

/** `task`: one for all who may read it. `working`: one an agent, which no other agent reads, whatever its rights. */
export type SessionStateKind = 'task' | 'working';

/** A sealed text about a session, and who may read it. */
export interface SessionDocument {
  readonly tenantId: TenantId;
  readonly subjectId: SubjectId;
  readonly sessionKey: SessionKey;
  readonly epoch: number;
  /** Of a working state: its agent's own. */
  readonly audience: Audience;
  readonly departmentId?: DepartmentId;
  readonly trust: number;
  /** Chosen by the writer, above that of the document it replaces: it names what was read, never reused. */
  readonly revision: number;
  readonly sealed: string;
}

export interface StateWrite {
  readonly kind: SessionStateKind;
  readonly document: SessionDocument;
  /** What must be there: a revision, or 0 for nothing. Absent: anything. */
  readonly expectedRevision?: number;
  /** Whose write it is: what this scope may not read it does not replace. Absent: anything. */
  readonly writer?: ReadScope;
}

export type StateOutcome =
  | { readonly state: 'written' }
  /** Another document is there than was expected, or one that is not older; its revision, 0 for none. */
  | { readonly state: 'conflict'; readonly revision: number }
  /** What is there is behind a wall for the writer. */
  | { readonly state: 'foreign' }
  /** The subject has a newer epoch here. */
  | { readonly state: 'fenced' };

/** A note for whoever takes a session over; its audience is the receiver: an agent or a team. */
export interface HandOff extends SessionDocument {
  /** Keyed hash of the token that gives it. */
  readonly tokenHash: string;
  readonly expiresAtMs: number;
}

export interface OpenSessionView {
  readonly turnsMax: number;
  readonly nowMs: number;
}

export interface OpenSession {
  /** As of `lastTurns`. */
  readonly turns: readonly TurnReceived[];
  readonly task?: SessionDocument;
  /** The newest readable one that is not over. */
  readonly handOff?: HandOff;
}
