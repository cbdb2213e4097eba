import type { SourceId, TenantId, TurnId } from '@mneme/events';
import type { SubjectRef } from '@mneme/domain';
import type { AcceptedTurns, ErasableStore, ReservedTurn, TurnMark, TurnReservation } from '@mneme/ports';
import { type Database, guard, inTransaction } from './database.js';
import { GroupCommit } from './group-commit.js';
import { Statements } from './statements.js';

export interface AcceptedTurnsOptions {
  /** How long a mark may wait for a reservation to be written with. */
  readonly markDelayMs: number;
  /** Marks that may wait; with more they are written at once. */
  readonly waitingMarksMax: number;
}

const DEFAULT_OPTIONS: AcceptedTurnsOptions = { markDelayMs: 1_000, waitingMarksMax: 10_000 };

// About what a row and its entries in three indexes take.
const ROW_BYTES = 400;

/** Reservations in keys.db. Those of one turn of the event loop share a transaction, and take the waiting marks along. */
export class SqliteAcceptedTurns implements AcceptedTurns, ErasableStore {
  readonly storeName = 'accepted-turns';
  private readonly options: AcceptedTurnsOptions;
  private readonly statements: Statements<keyof typeof SQL>;
  private readonly reservations: GroupCommit<readonly TurnReservation[], readonly ReservedTurn[]>;
  private marks: TurnMark[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly db: Database,
    options: Partial<AcceptedTurnsOptions> = {},
  ) {
    this.options = { ...DEFAULT_OPTIONS, ...options };
    this.statements = new Statements(db, SQL);
    this.reservations = new GroupCommit((calls) => this.withMarks(() => calls.map((call) => this.reserveAll(call))));
  }

  async reserve(turns: readonly TurnReservation[]): Promise<readonly ReservedTurn[]> {
    if (turns.length === 0) return [];
    return this.reservations.submit([...turns], { records: turns.length, bytes: turns.length * ROW_BYTES });
  }

  async mark(turns: readonly TurnMark[]): Promise<void> {
    this.marks.push(...turns);
    if (this.marks.length > this.options.waitingMarksMax) this.writeMarks();
    else this.timer ??= setTimeout(() => this.writeMarks(), this.options.markDelayMs).unref();
  }

  async highestRecordedAt(): Promise<number> {
    return guard(() => (this.statements.of('highest').get() as { readonly highest: number }).highest);
  }

  async expire(recordedAt: number, turnsMax: number): Promise<number> {
    return guard(() => this.statements.of('expire').run(recordedAt, turnsMax).changes);
  }

  async countSubject(subject: SubjectRef, belowEpoch: number): Promise<number> {
    const row = guard(
      () => this.statements.of('count').get(...named(subject), belowEpoch) as { readonly count: number },
    );
    return row.count;
  }

  // The waiting marks go first: left for later, they would mark a turn that is reserved anew after the erasure.
  async eraseSubject(subject: SubjectRef, belowEpoch: number): Promise<number> {
    return this.withMarks(() => this.statements.of('erase').run(...named(subject), belowEpoch).changes);
  }

  async eraseSources(subject: SubjectRef, sourceIds: readonly SourceId[], belowEpoch: number): Promise<number> {
    return this.withMarks(() =>
      sourceIds.reduce((count, sourceId) => {
        const { changes } = this.statements.of('eraseTurn').run(turnBytes(sourceId), ...named(subject), belowEpoch);
        return count + changes;
      }, 0),
    );
  }

  async probeIds(subject: SubjectRef, limit: number): Promise<readonly string[]> {
    const rows = guard(() => this.statements.of('probe').all(...named(subject), limit) as { turnId: Uint8Array }[]);
    return rows.map(({ turnId }) => uuidOf(turnId));
  }

  async findIds(tenantId: TenantId, ids: readonly string[]): Promise<readonly string[]> {
    return guard(() => ids.filter((id) => this.statements.of('has').get(turnBytes(id), tenantId) !== undefined));
  }

  /** Writes what is waiting, marks too. */
  close(): void {
    this.reservations.close();
    this.writeMarks();
  }

  private reserveAll(turns: readonly TurnReservation[]): readonly ReservedTurn[] {
    const taken = new Map<TurnId, Stored>();
    const answers = turns.map((turn) => {
      const stored = taken.get(turn.turnId) ?? this.find(turn);
      if (stored === undefined || stored.epoch < turn.epoch) {
        taken.set(turn.turnId, { ...turn, partition: null, offset: null });
        return { state: 'reserved', recordedAt: turn.recordedAt } as const;
      }
      return isSame(stored, turn) ? repeatOf(stored) : ({ state: 'conflict' } as const);
    });
    if (answers.every(({ state }) => state !== 'conflict')) for (const turn of taken.values()) this.keep(turn);
    return answers;
  }

  private find({ turnId }: TurnReservation): Stored | undefined {
    const row = this.statements.of('find').get(turnBytes(turnId)) as StoredRow | undefined;
    return row && { ...row, turnId, subjectId: Buffer.from(row.subjectId).toString('hex') as Stored['subjectId'] };
  }

  private keep(turn: TurnReservation): void {
    const values = [turnBytes(turn.turnId), ...named(turn), turn.epoch, turn.fingerprint, turn.recordedAt];
    this.statements.of('keep').run(...values);
  }

  private withMarks<T>(work: () => T): T {
    const { marks } = this;
    const result = inTransaction(this.db, () => {
      const mark = this.statements.of('mark');
      for (const { turnId, recordedAt, partition, offset } of marks) {
        mark.run(partition, offset, turnBytes(turnId), recordedAt);
      }
      return work();
    });
    this.marks = [];
    clearTimeout(this.timer);
    this.timer = undefined;
    return result;
  }

  // A mark that cannot be written is let go: its turn is published again, with the same bytes, if it is sent again.
  private writeMarks(): void {
    this.timer = undefined;
    if (this.marks.length === 0) return;
    try {
      this.withMarks(() => undefined);
    } catch {
      this.marks = [];
    }
  }
}

interface Stored extends TurnReservation {
  readonly partition: number | null;
  readonly offset: number | null;
}

type StoredRow = Omit<Stored, 'turnId' | 'subjectId'> & { readonly subjectId: Uint8Array };

function isSame(stored: Stored, turn: TurnReservation): boolean {
  return (
    stored.fingerprint === turn.fingerprint && stored.tenantId === turn.tenantId && stored.subjectId === turn.subjectId
  );
}

function repeatOf({ recordedAt, partition, offset }: Stored): ReservedTurn {
  if (partition === null || offset === null) return { state: 'repeat', recordedAt };
  return { state: 'repeat', recordedAt, position: { partition, offset } };
}

function named({
  tenantId,
  subjectId,
}: Pick<TurnReservation, 'tenantId' | 'subjectId'>): readonly [string, Uint8Array] {
  return [tenantId, Buffer.from(subjectId, 'hex')];
}

/** The 16 bytes of a uuid; of an id that is none, bytes that no turn has. */
function turnBytes(id: string): Uint8Array {
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}

function uuidOf(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

const OF_SUBJECT = 'tenant_id = ? AND subject_id = ?';

const SQL = {
  find: `SELECT tenant_id AS tenantId, subject_id AS subjectId, epoch, fingerprint, recorded_at AS recordedAt, partition,
    offset FROM accepted_turns WHERE turn_id = ?`,
  keep: `INSERT INTO accepted_turns (turn_id, tenant_id, subject_id, epoch, fingerprint, recorded_at)
    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (turn_id) DO UPDATE SET tenant_id = excluded.tenant_id,
    subject_id = excluded.subject_id, epoch = excluded.epoch, fingerprint = excluded.fingerprint,
    recorded_at = excluded.recorded_at, partition = NULL, offset = NULL`,
  mark: 'UPDATE accepted_turns SET partition = ?, offset = ? WHERE turn_id = ? AND recorded_at = ?',
  highest: 'SELECT coalesce(max(recorded_at), 0) AS highest FROM accepted_turns',
  expire: `DELETE FROM accepted_turns WHERE rowid IN
    (SELECT rowid FROM accepted_turns WHERE recorded_at < ? ORDER BY recorded_at LIMIT ? + 0)`,
  count: `SELECT count(*) AS count FROM accepted_turns WHERE ${OF_SUBJECT} AND epoch < ?`,
  erase: `DELETE FROM accepted_turns WHERE ${OF_SUBJECT} AND epoch < ?`,
  eraseTurn: `DELETE FROM accepted_turns WHERE turn_id = ? AND ${OF_SUBJECT} AND epoch < ?`,
  probe: `SELECT turn_id AS turnId FROM accepted_turns WHERE ${OF_SUBJECT} LIMIT ? + 0`,
  has: 'SELECT 1 FROM accepted_turns WHERE turn_id = ? AND tenant_id = ?',
} as const;
