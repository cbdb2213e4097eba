import type { SessionKey, SourceId, TenantId, TurnReceived } from '@mneme/events';
import type { ReadScope, SubjectRef } from '@mneme/domain';
import type {
  Clock,
  ErasableStore,
  HandOff,
  IdlePage,
  IdleSession,
  OpenSession,
  OpenSessionView,
  SessionDocument,
  SessionEnds,
  SessionStateKind,
  SessionStore,
  StateOutcome,
  StateWrite,
} from '@mneme/ports';
import { type Database, guard, inTransaction } from './database.js';
import { IdleSessions } from './idle-sessions.js';
import { scopePredicate } from './scope-predicate.js';
import { SessionDocuments } from './session-documents.js';
import { type AppendedTurn, SessionTurns } from './session-turns.js';
import { SubjectSweep } from './subject-sweep.js';

export interface SqliteSessionStoreOptions {
  readonly clock: Clock;
  /** Turns kept of a session, the newest. */
  readonly turnsMax?: number;
  /** Turns that may wait to be written; one more and they are written at once. */
  readonly bufferTurnsMax?: number;
  /** Hears of turns that could not be written; they are lost to this store, and the log still has them. */
  readonly writeFailed?: (error: unknown, turns: number) => void;
}

const TURNS_MAX = 200;
const BUFFER_TURNS_MAX = 1_000;
/** A commit that takes the turns of several requests writes the pages of its index once. */
const FLUSH_AFTER_MS = 25;
const SWEPT_TURNS = {
  table: 'session_turns',
  key: 'row_id',
  joined: 'sessions JOIN session_turns USING (session_no)',
  idColumn: 'turn_id',
  sourceColumn: 'turn_id',
  returning: 'row_id',
};
// A document's source is its session, and its id says where it stands.
const SWEPT_DOCUMENTS = {
  table: 'session_documents',
  key: 'row_id',
  joined: 'sessions JOIN session_documents USING (session_no)',
  idColumn: `session_key || '/' || kind || '/' || holder`,
  sourceColumn: 'session_key',
  returning: 'row_id',
};

/**
 * Hot session state on `session.db`, whose commits do not wait for the disk. Turns are written
 * together a moment later, and always before this store is read.
 */
export class SqliteSessionStore implements SessionStore, SessionEnds, ErasableStore {
  readonly storeName = 'session-state';
  private readonly turns: SessionTurns;
  private readonly documents: SessionDocuments;
  private readonly idle: IdleSessions;
  private readonly sweeps: readonly SubjectSweep[];
  private readonly bufferTurnsMax: number;
  private buffer: AppendedTurn[] = [];

  constructor(
    private readonly db: Database,
    private readonly options: SqliteSessionStoreOptions,
  ) {
    this.turns = new SessionTurns(db, options.turnsMax ?? TURNS_MAX);
    this.bufferTurnsMax = options.bufferTurnsMax ?? BUFFER_TURNS_MAX;
    this.documents = new SessionDocuments(db, this.turns);
    this.idle = new IdleSessions(db);
    this.sweeps = [SWEPT_TURNS, SWEPT_DOCUMENTS].map((swept) => new SubjectSweep(db, swept));
  }

  async append(turns: readonly TurnReceived[]): Promise<void> {
    const appendedAtMs = this.options.clock.nowMs();
    if (this.buffer.length === 0 && turns.length > 0) setTimeout(() => this.flush(), FLUSH_AFTER_MS).unref();
    for (const turn of turns) this.buffer.push({ turn, appendedAtMs });
    if (this.buffer.length > this.bufferTurnsMax) this.flush();
  }

  async lastTurns(scope: ReadScope, sessionKey: SessionKey, limit: number): Promise<readonly TurnReceived[]> {
    this.flush();
    return guard(() => this.turns.last(scopePredicate(scope), sessionKey, limit));
  }

  async expire(beforeMs: number, sessionsMax: number): Promise<number> {
    this.flush();
    return inTransaction(this.db, () => {
      const dropped = this.turns.expire(beforeMs, sessionsMax);
      for (const sessionNo of dropped) this.documents.drop(sessionNo);
      return dropped.length;
    });
  }

  async setState(write: StateWrite): Promise<StateOutcome> {
    return this.writing(write.document, () => this.documents.set(write));
  }

  async getState(
    scope: ReadScope,
    sessionKey: SessionKey,
    kind: SessionStateKind,
  ): Promise<SessionDocument | undefined> {
    return guard(() => {
      const found = this.documents.get(scopePredicate(scope), sessionKey, kind);
      if (found !== undefined) this.turns.noteUse(found, this.options.clock.nowMs());
      return found;
    });
  }

  async handOff(handOff: HandOff, task?: Omit<StateWrite, 'kind'>): Promise<StateOutcome> {
    return this.writing(handOff, () => {
      const written = task === undefined ? WRITTEN : this.documents.set({ ...task, kind: 'task' });
      return written.state === 'written' ? this.documents.handOff(handOff) : written;
    });
  }

  async findHandOff(scope: ReadScope, tokenHash: string, nowMs: number): Promise<HandOff | undefined> {
    return guard(() => this.documents.handOffOfToken(scopePredicate(scope), tokenHash, nowMs));
  }

  async openSession(scope: ReadScope, sessionKey: SessionKey, view: OpenSessionView): Promise<OpenSession> {
    this.flush();
    return guard(() => {
      const readable = scopePredicate(scope);
      const turns = this.turns.last(readable, sessionKey, view.turnsMax);
      const task = this.documents.get(readable, sessionKey, 'task');
      const handOff = this.documents.handOffTo(readable, sessionKey, view.nowMs);
      const used = task ?? handOff;
      if (used !== undefined) this.turns.noteUse(used, this.options.clock.nowMs());
      return { turns, ...(task === undefined ? {} : { task }), ...(handOff === undefined ? {} : { handOff }) };
    });
  }

  async turnsOf(subject: SubjectRef, sessionKey: SessionKey, limit: number): Promise<readonly TurnReceived[]> {
    this.flush();
    return guard(() => this.turns.lastOf(subject, sessionKey, limit));
  }

  async idleSessions({ beforeMs, sessionsMax, after }: Parameters<SessionEnds['idleSessions']>[0]): Promise<IdlePage> {
    this.flush();
    return guard(() => this.idle.page(beforeMs, sessionsMax, after));
  }

  async noteEnded(session: IdleSession): Promise<void> {
    guard(() => this.idle.noteEnded(session));
  }

  async countSubject(subject: SubjectRef, belowEpoch: number): Promise<number> {
    this.flush();
    return this.sweeps.reduce((sum, sweep) => sum + sweep.countSubject(subject, belowEpoch), 0);
  }

  async eraseSubject(subject: SubjectRef, belowEpoch: number): Promise<number> {
    this.flush();
    return this.forgetting(subject, (sweep) => sweep.eraseSubject(subject, belowEpoch));
  }

  async eraseSources(subject: SubjectRef, sourceIds: readonly SourceId[], belowEpoch: number): Promise<number> {
    this.flush();
    return this.forgetting(subject, (sweep) => sweep.eraseSources(subject, sourceIds, belowEpoch));
  }

  async probeIds(subject: SubjectRef, limit: number): Promise<readonly string[]> {
    this.flush();
    return this.sweeps.flatMap((sweep) => sweep.probeIds(subject, limit)).slice(0, limit);
  }

  async findIds(tenantId: TenantId, ids: readonly string[]): Promise<readonly string[]> {
    this.flush();
    return this.sweeps.flatMap((sweep) => sweep.findIds(tenantId, ids));
  }

  /** Writes what is waiting; the connection is closed by whoever opened it. */
  flush(): void {
    const waiting = this.buffer;
    this.buffer = [];
    this.write(waiting);
  }

  // When a batch fails each turn is tried alone, so that one that cannot be written takes no others with it.
  private write(turns: readonly AppendedTurn[]): void {
    if (turns.length === 0) return;
    try {
      inTransaction(this.db, () => this.turns.add(turns));
    } catch (error) {
      if (turns.length === 1) this.options.writeFailed?.(error, 1);
      else for (const turn of turns) this.write([turn]);
    }
  }

  /** All or, when it is refused, nothing; what is written is a use of its session. */
  private writing(session: SessionDocument, write: () => StateOutcome): StateOutcome {
    try {
      return inTransaction(this.db, () => {
        const outcome = write();
        if (outcome.state !== 'written') throw new Refused(outcome);
        this.turns.noteUse(session, this.options.clock.nowMs());
        return outcome;
      });
    } catch (error) {
      if (error instanceof Refused) return error.outcome;
      throw error;
    }
  }

  private async forgetting(subject: SubjectRef, erase: (sweep: SubjectSweep) => Promise<number>): Promise<number> {
    let count = 0;
    for (const sweep of this.sweeps) count += await erase(sweep);
    guard(() => this.turns.forgetEmptySessions(subject));
    return count;
  }
}

const WRITTEN = { state: 'written' } as const;

/** Takes back what a refused write has begun. */
class Refused extends Error {
  constructor(readonly outcome: StateOutcome) {
    super('refused');
  }
}
