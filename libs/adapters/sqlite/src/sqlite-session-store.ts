import type { SessionKey, SourceId, TenantId, TurnReceived } from '@mneme/events';
import type { ReadScope, SubjectRef } from '@mneme/domain';
import type { Clock, ErasableStore, SessionStore } from '@mneme/ports';
import { type Database, guard, inTransaction } from './database.js';
import { scopePredicate } from './scope-predicate.js';
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
const SWEPT = {
  table: 'session_turns',
  key: 'row_id',
  joined: 'sessions JOIN session_turns USING (session_no)',
  idColumn: 'turn_id',
  sourceColumn: 'turn_id',
  returning: 'row_id',
};

/**
 * Hot session state on `session.db`, whose commits do not wait for the disk. Turns are written
 * together at the end of the event loop's turn, and always before this store is read.
 */
export class SqliteSessionStore implements SessionStore, ErasableStore {
  readonly storeName = 'session-state';
  private readonly turns: SessionTurns;
  private readonly sweep: SubjectSweep;
  private readonly bufferTurnsMax: number;
  private buffer: AppendedTurn[] = [];

  constructor(
    private readonly db: Database,
    private readonly options: SqliteSessionStoreOptions,
  ) {
    this.turns = new SessionTurns(db, options.turnsMax ?? TURNS_MAX);
    this.bufferTurnsMax = options.bufferTurnsMax ?? BUFFER_TURNS_MAX;
    this.sweep = new SubjectSweep(db, SWEPT);
  }

  async append(turns: readonly TurnReceived[]): Promise<void> {
    const appendedAtMs = this.options.clock.nowMs();
    if (this.buffer.length === 0 && turns.length > 0) setImmediate(() => this.flush());
    for (const turn of turns) this.buffer.push({ turn, appendedAtMs });
    if (this.buffer.length > this.bufferTurnsMax) this.flush();
  }

  async lastTurns(scope: ReadScope, sessionKey: SessionKey, limit: number): Promise<readonly TurnReceived[]> {
    this.flush();
    return guard(() => this.turns.last(scopePredicate(scope), sessionKey, limit));
  }

  async expire(beforeMs: number, sessionsMax: number): Promise<number> {
    this.flush();
    return inTransaction(this.db, () => this.turns.expire(beforeMs, sessionsMax));
  }

  async countSubject(subject: SubjectRef, belowEpoch: number): Promise<number> {
    this.flush();
    return this.sweep.countSubject(subject, belowEpoch);
  }

  async eraseSubject(subject: SubjectRef, belowEpoch: number): Promise<number> {
    this.flush();
    return this.forgetting(subject, this.sweep.eraseSubject(subject, belowEpoch));
  }

  async eraseSources(subject: SubjectRef, sourceIds: readonly SourceId[], belowEpoch: number): Promise<number> {
    this.flush();
    return this.forgetting(subject, this.sweep.eraseSources(subject, sourceIds, belowEpoch));
  }

  async probeIds(subject: SubjectRef, limit: number): Promise<readonly string[]> {
    this.flush();
    return this.sweep.probeIds(subject, limit);
  }

  async findIds(tenantId: TenantId, ids: readonly string[]): Promise<readonly string[]> {
    this.flush();
    return this.sweep.findIds(tenantId, ids);
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

  private async forgetting(subject: SubjectRef, erased: Promise<number>): Promise<number> {
    const count = await erased;
    guard(() => this.turns.forgetEmptySessions(subject));
    return count;
  }
}
